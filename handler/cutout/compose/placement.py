"""Place a picture's pixels in the answer: cropped, scaled, moved, on a canvas."""

from dataclasses import dataclass, replace
from math import ceil, floor

import numpy as np
from PIL import Image, ImageFilter

from cutout.arrays import hide_colours
from cutout.choices import Margin
from cutout.compose.objects import crop_frame
from cutout.layout import CENTRE, ORIGINAL, Bound, Canvas, Margins, Position, Size
from cutout.options import Options
from cutout.pictures import Box, FoundObject, Pixels

EPSILON = 1e-6
"""Deviation of a scale, or of an offset in pixels, that is rounding alone."""
COVERED = 0.01
"""Part of a pixel that a box must cover to include it; less may be rounding."""
KERNEL = 2
"""Pixels to each side that a bicubic kernel reads."""


@dataclass(frozen=True)
class Placement:
    """Map a picture's pixels to the answer's: multiply by `scale`, then add `offset`.

    Both hold a horizontal and a vertical value. Only the part of the picture in `seen` is drawn.
    `full_size` is the answer's size without its bound.
    """

    size: Size
    full_size: Size
    seen: Box
    scale: tuple[float, float] = (1.0, 1.0)
    offset: tuple[float, float] = (0.0, 0.0)

    def drawn(self, pixels: Pixels, fill: int = 0) -> Pixels:
        """Return the answer's pixels, uint8, with as many channels as `pixels`.

        Pixels outside of the picture are `fill` in each channel. Colours are zero where alpha is.
        """
        across, down = self._span(0), self._span(1)
        if self._is_exact:
            found = pixels[_source(down, self.offset[1]), _source(across, self.offset[0])]
            if found.shape[:2] == self.size[::-1]:
                return found if found.shape == pixels.shape else found.copy()
        else:
            found = self._resampled(pixels, across, down)
        canvas = np.full((self.size[1], self.size[0], *pixels.shape[2:]), fill, np.uint8)
        canvas[down, across] = found
        return canvas

    def box(self, box: Box) -> Box | None:
        """Return a box of the picture in the answer's pixels; None if it is outside of it."""
        edges = []
        for axis in (0, 1):
            start = box[axis] * self.scale[axis] + self.offset[axis]
            end = (box[axis] + box[axis + 2]) * self.scale[axis] + self.offset[axis]
            first, last = floor(start + COVERED), ceil(end - COVERED)
            edges.append((max(0, first), min(self.size[axis], last)))
        (left, right), (top, bottom) = edges
        if right <= left or bottom <= top:
            return None
        return Box(left, top, right - left, bottom - top)

    def objects(self, objects: tuple[FoundObject, ...]) -> tuple[FoundObject, ...]:
        """Return the objects that the answer shows, with boxes in the answer's pixels."""
        moved = ((each, self.box(each.box)) for each in objects)
        return tuple(replace(each, box=box) for each, box in moved if box is not None)

    @property
    def _is_exact(self) -> bool:
        scaled = max(abs(each - 1) for each in self.scale) > EPSILON
        return not scaled and all(abs(each - round(each)) < EPSILON for each in self.offset)

    def _span(self, axis: int) -> slice:
        """Return the columns (axis 0) or rows (axis 1) of the answer that the picture covers.

        The slice is never empty and lies within the answer.
        """
        start = self.seen[axis] * self.scale[axis] + self.offset[axis]
        end = start + self.seen[axis + 2] * self.scale[axis]
        first = min(max(0, round(start)), self.size[axis])
        last = min(max(first, round(end)), self.size[axis])
        if first == last:
            first = min(first, self.size[axis] - 1)
            last = first + 1
        return slice(first, last)

    def _resampled(self, pixels: Pixels, across: slice, down: slice) -> Pixels:
        """Resize the part of the picture that covers these columns and rows of the answer.

        Pillow averages when it shrinks and weights colours by their alpha, so there are no halos;
        `enlarged` avoids them otherwise.
        """
        (left, right), (top, bottom) = self._back(across, 0), self._back(down, 1)
        rows = slice(floor(top), ceil(bottom))
        columns = slice(floor(left), ceil(right))
        image = Image.fromarray(np.ascontiguousarray(pixels[rows, columns]))
        box = (left - columns.start, top - rows.start, right - columns.start, bottom - rows.start)
        size = (across.stop - across.start, down.stop - down.start)
        if max(self.scale) <= 1:
            found = np.array(image.resize(size, Image.Resampling.HAMMING, box))
        else:
            found = np.array(enlarged(image, size, box))
        if found.ndim == 3 and found.shape[2] == 4:
            hide_colours(found)
        return found

    def _back(self, span: slice, axis: int) -> tuple[float, float]:
        """Return start and end, in the picture's pixels, of a span of the answer; never empty."""
        first, length = self.seen[axis], self.seen[axis + 2]
        start, end = (
            min(max((at - self.offset[axis]) / self.scale[axis], first), first + length)
            for at in (span.start, span.stop)
        )
        least = min(1e-3, length)
        if end - start < least:
            start = min(start, first + length - least)
            end = start + least
        return start, end


def enlarged(image: Image.Image, size: Size, box: tuple[float, float, float, float]) -> Image.Image:
    """Return a part of the image enlarged bicubically; colours near transparency bilinearly.

    The bicubic kernel overshoots there. Alpha is cut off at 255, but the colours weighted by it are
    not, so that the edges of objects would be up to an eighth too bright.
    """
    sharp = image.resize(size, Image.Resampling.BICUBIC, box)
    if image.mode != "RGBA":
        return sharp
    around = image.getchannel("A").filter(ImageFilter.BoxBlur(KERNEL))
    opaque = around.point([0] * 255 + [255])
    found = image.resize(size, Image.Resampling.BILINEAR, box)
    found.paste(sharp, mask=opaque.resize(size, Image.Resampling.BILINEAR, box))
    found.putalpha(sharp.getchannel("A"))
    return found


def place(
    size: Size,
    full_size: Size,
    objects: tuple[FoundObject, ...],
    shadow: Box | None,
    options: Options,
) -> Placement:
    """Return the placement that `options` ask for.

    `size` is the picture's size, `full_size` its size before it was shrunk for a small answer; only
    pictures that are neither cropped nor moved are shrunk. `shadow` is the box of the visible
    shadow, if any.
    """
    subject = Box(0, 0, *size)
    if options.crop is not None or options.canvas is not None:
        subject = crop_frame(objects, shadow, Margin(), size)
    frame = _frame(subject, objects, shadow, options, size)
    if options.canvas is None:
        whole = Placement(frame[2:], frame[2:], _common(frame, size))
        placed = replace(whole, offset=(-float(frame.left), -float(frame.top)))
        if size != full_size:
            scale = (full_size[0] / size[0], full_size[1] / size[1])
            placed = replace(placed, size=full_size, full_size=full_size, scale=scale)
    else:
        placed = _on_canvas(options.canvas, frame, subject, _common(frame, size))
    return _bounded(placed, options.bound)


def _frame(
    subject: Box,
    objects: tuple[FoundObject, ...],
    shadow: Box | None,
    options: Options,
    size: Size,
) -> Box:
    """Return the box that the answer shows; with `Margins` it may reach past the picture."""
    if options.crop is None or not objects:
        return Box(0, 0, *size)
    if not isinstance(options.crop, Margins):
        return crop_frame(objects, shadow, options.crop, size)
    left, top, right, bottom = options.crop.around(*subject[2:])
    width, height = subject.width + left + right, subject.height + top + bottom
    return Box(subject.left - left, subject.top - top, width, height)


def _common(frame: Box, size: Size) -> Box:
    """Return the part of the frame that lies in the picture."""
    left, top = max(0, frame.left), max(0, frame.top)
    right = min(size[0], frame.left + frame.width)
    bottom = min(size[1], frame.top + frame.height)
    return Box(left, top, right - left, bottom - top)


def _on_canvas(canvas: Canvas, frame: Box, subject: Box, seen: Box) -> Placement:
    """Return the placement on a canvas.

    It places the object's box if the canvas has a scale or a position, else the whole frame.
    """
    size = canvas.size(frame[2:])
    if canvas.scale is not None:
        part = canvas.scale
        factor = min(part * size[0] / subject.width, part * size[1] / subject.height)
    elif canvas.width is not None or canvas.height is not None:
        factor = min(size[0] / frame.width, size[1] / frame.height)
    else:
        factor = 1.0
    moved = canvas.position not in {None, ORIGINAL}
    placed = subject if canvas.scale is not None or moved else frame
    at = canvas.position or CENTRE
    if at == ORIGINAL:
        at = _place(placed, frame)
    free = (size[0] - placed.width * factor, size[1] - placed.height * factor)
    corner = (free[0] * at.across, free[1] * at.down)
    if factor == 1:
        corner = (float(round(corner[0])), float(round(corner[1])))
    offset = (corner[0] - placed.left * factor, corner[1] - placed.top * factor)
    return Placement(size, size, seen, (factor, factor), offset)


def _place(box: Box, frame: Box) -> Position:
    """Return the position of a box in a frame: its share of the free space, 0.5 without any."""
    free = (frame.width - box.width, frame.height - box.height)
    before = (box.left - frame.left, box.top - frame.top)
    shares = (0.5 if each <= 0 else at / each for at, each in zip(before, free, strict=True))
    across, down = (min(max(share, 0.0), 1.0) for share in shares)
    return Position(across, down)


def _bounded(placed: Placement, bound: Bound) -> Placement:
    """Shrink the placement to the bound."""
    size = bound.of(placed.size)
    if size == placed.size:
        return placed
    across, down = size[0] / placed.size[0], size[1] / placed.size[1]
    return replace(
        placed,
        size=size,
        scale=(placed.scale[0] * across, placed.scale[1] * down),
        offset=(placed.offset[0] * across, placed.offset[1] * down),
    )


def _source(span: slice, offset: float) -> slice:
    return slice(span.start - round(offset), span.stop - round(offset))
