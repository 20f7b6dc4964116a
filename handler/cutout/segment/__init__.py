"""Turn a picture into a coarse alpha, at the network's size."""
