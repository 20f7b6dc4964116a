"""Room five: the coarse alpha becomes the picture's own, at full size."""
