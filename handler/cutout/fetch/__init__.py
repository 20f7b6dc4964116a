"""Room two: a form becomes the bytes of a file, with a name and an md5."""
