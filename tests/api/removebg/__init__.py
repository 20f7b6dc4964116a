"""The routes for clients of remove.bg, tested against their contract row by row."""
