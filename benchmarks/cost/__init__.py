"""Measure the cost of a picture on Lambda, by memory size."""
