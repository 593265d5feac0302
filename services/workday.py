"""The one object the screens hold: everything a nurse can do in a working day, with no screen in it (contract first)."""
