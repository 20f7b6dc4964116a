"""Room eight: a PNG, or a failure, becomes the answer."""
