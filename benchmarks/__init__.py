"""Measure speed, memory and start-up of the whole service: ``make bench``."""
