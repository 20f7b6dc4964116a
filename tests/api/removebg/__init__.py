"""The door for clients of remove.bg, held to their contract row by row."""
