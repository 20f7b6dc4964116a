"""Refine the coarse alpha to the picture's own size."""
