"""Sizes of the decoder, shared by its fit (PyTorch) and its graph (ONNX)."""

SIDE = 448
"""The encoder's input. Its windows of 7 and 14 tokens divide the maps of this side, so that
nothing is padded: half of the time of 512."""
STRIDES = (16, 8, 4)
CHANNELS = (256, 128, 64)
"""Of the encoder's maps at these strides."""
WIDTHS = (48, 32, 16)
"""Of the decoder at these strides."""
BLOCKS = (2, 1, 1)
"""Residual blocks at these strides."""
GROUPS = 8
"""Groups of a group normalization."""
EPSILON = 1e-5
MAP_SIDE = SIDE // STRIDES[-1]
"""Of the expert's logits."""
