"""The alpha itself."""

from handler.pictures import Alpha, Composition, Picture


def compose_mask(_picture: Picture, alpha: Alpha) -> Composition:
    """8-bit grey; no ICC profile, because the picture's is for colours."""
    return Composition(alpha)
