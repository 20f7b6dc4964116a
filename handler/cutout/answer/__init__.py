"""Room eight: a file, or a failure, becomes the answer."""
