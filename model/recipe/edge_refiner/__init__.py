"""Fit and build the edge refiner, which sharpens edges of large pictures."""
