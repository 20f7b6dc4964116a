"""Serve clients of remove.bg: its routes, parameters, answers and errors, by our pipeline."""
