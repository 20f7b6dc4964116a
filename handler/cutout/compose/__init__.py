"""Compose alpha and colours into the picture that the options describe."""
