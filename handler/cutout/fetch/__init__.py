"""Turn a form into the bytes of a file with a name and an MD5 digest."""
