"""Decode bytes to a picture: checked, upright, in RGB, its ICC profile kept aside."""
