"""Define the sizes that the network and the graphs made of it share."""

BLOCK = 4  # side of a block of pixels
WINDOWS = (5, 13)  # sides, in blocks, of what counts as nearby
WIDTH, FINE_IN, FINE_WIDTH = 32, 12, 24
DILATIONS = (1, 2, 4, 1)
PLANES = 4 + len(WINDOWS)  # red, green, blue, coarse alpha, one local alpha per window
SURE = 3  # exponent of the colours' weights: a half-transparent pixel counts for an eighth
FAINT = 1e-3  # added to the weights' sum, so that a window without object or background gives black
ALIKE = 3e-3  # added to the squared distance of the two colours, so that like colours say nothing
SCENES, SCENE_SIDE, STEPS = 5000, 160, 4000  # of the fit that shipped
