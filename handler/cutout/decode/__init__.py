"""Room three: bytes become a picture: checked, upright, in RGB, its ICC profile kept aside."""
