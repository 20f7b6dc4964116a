"""Process a picture before Lambda takes a SnapStart snapshot, so that no request is the first."""

from io import BytesIO
from math import inf

from PIL import Image, ImageDraw

from cutout.options import Options, Source
from cutout.pipeline import Pipeline
from cutout.timing import Clock, Deadline

SIDE = 1280
"""Pixels: more than the networks' square, so that the edges are refined."""


def process_a_drawing(pipeline: Pipeline) -> None:
    """Cut a drawn disc out of a plain background. Raise `PictureError`."""
    picture = Image.new("RGB", (SIDE, SIDE), "white")
    ImageDraw.Draw(picture).ellipse((SIDE // 4, SIDE // 4, SIDE * 3 // 4, SIDE * 3 // 4), "teal")
    file = BytesIO()
    picture.save(file, "JPEG")
    pipeline.cut_out(Source(file.getvalue(), "disc.jpg"), Options(), Clock(Deadline(inf)))
