"""Define the decoder's sizes, shared by its PyTorch form and its graph."""

SIDE = 448
"""Side of the encoder's input. Its windows of 7 and 14 tokens divide the maps of this side, so that
nothing is padded, which takes half of the time of 512."""
STRIDES = (16, 8, 4)
CHANNELS = (256, 128, 64)
"""Channels of the encoder's maps at these strides."""
WIDTHS = (48, 32, 16)
"""Channels of the decoder at these strides."""
BLOCKS = (2, 1, 1)
"""Residual blocks at these strides."""
GROUPS = 8
"""Groups of a group normalization."""
EPSILON = 1e-5
MAP_SIDE = SIDE // STRIDES[-1]
"""Side of the expert's logits."""
