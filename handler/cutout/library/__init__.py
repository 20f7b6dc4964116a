"""Cut out pictures from Python. The public functions are in `session`."""
