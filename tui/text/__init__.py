"""Words, dates, numbers and ink: what the screens say, before anything is drawn."""
