"""The profile `epic`: the embedded journal as a Nordic Epic behaves."""
