"""Room four: a picture becomes a coarse alpha, at the network's size."""
