"""Room six: alpha and colours become the picture that the options name."""
