"""Worker processes: native code that hangs or crashes costs one picture, and not the program."""
