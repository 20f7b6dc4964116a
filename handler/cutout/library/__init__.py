"""Cut out pictures in a program of one's own. `session` holds what is called."""
