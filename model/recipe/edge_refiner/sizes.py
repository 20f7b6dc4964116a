"""What the network and the graphs that are made of it agree on."""

BLOCK = 4
WINDOWS = (5, 13)  # blocks: what "nearby" means, in two sizes
WIDTH, FINE_IN, FINE_WIDTH = 32, 12, 24
DILATIONS = (1, 2, 4, 1)
PLANES = 4 + len(WINDOWS)  # red, green, blue, coarse alpha, and the alphas that the colours give
SURE = 3  # power of the weights: half transparent counts for an eighth
FAINT = 1e-3  # where there is less than that of object or of background nearby, it is black
ALIKE = 3e-3  # squared distance of the two colours below which they tell nothing
