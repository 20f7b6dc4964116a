"""The answer's size and the object's place in it, computed again from docs/api.md, in fractions."""

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image

from cutout.choices import Mode
from cutout.compose.compose import compose
from cutout.layout_options import LayoutOptions
from cutout.options import Options
from cutout.pictures import Picture

BLUR = 0.13
"""Pixels of the picture by which a bicubic kernel moves an edge."""
HALF = Fraction(1, 2)


class Span(NamedTuple):
    """Where something starts and how long it is, across or down."""

    start: Fraction
    length: Fraction


def rounded(length: Fraction) -> int:
    """Round; the contract does not say which way half a pixel goes."""
    assume(length.denominator != 2)
    return round(length)


def margin(text: str, length: Fraction) -> int:
    if text.endswith("px"):
        return min(int(text[:-2]), 500)
    return rounded(min(percent(text), HALF) * length)


def percent(text: str) -> Fraction:
    return Fraction(int(text[:-1]), 100)


@dataclass(frozen=True)
class Contract:
    """What a layout makes of a picture, and of the object in it. Pairs are across and down."""

    layout: LayoutOptions
    picture: tuple[int, int]
    thing: tuple[Span, Span]

    def frame(self, axis: int) -> Span:
        """Return what is left of the picture, with margins that may reach past it."""
        if self.layout.margin is None:
            return Span(Fraction(0), Fraction(self.picture[axis]))
        texts = self.layout.margin.split()
        top, right, bottom, left = texts * (4 // len(texts))
        start, length = self.thing[axis]
        before, behind = (margin(each, length) for each in ((left, right), (top, bottom))[axis])
        return Span(start - before, before + length + behind)

    def size(self) -> tuple[int, int]:
        width, height = self.layout.width, self.layout.height
        across, down = self.frame(0).length, self.frame(1).length
        ratio = across / down
        if self.layout.ratio is not None:
            ratio = Fraction(self.layout.ratio.replace(":", "/"))
        if width and height:
            return width, height
        if width:
            return width, max(1, rounded(width / ratio))
        if height:
            return max(1, rounded(height * ratio)), height
        return max(int(across), rounded(down * ratio)), max(int(down), rounded(across / ratio))

    def factor(self) -> Fraction:
        """Return by how much the picture is scaled."""
        if self.layout.scale is not None:
            part = percent(self.layout.scale)
            return min(part * self.size()[axis] / self.thing[axis].length for axis in (0, 1))
        if self.layout.width or self.layout.height:
            return min(self.size()[axis] / self.frame(axis).length for axis in (0, 1))
        return Fraction(1)

    def place(self, axis: int) -> Span:
        """Return where the object is in the answer."""
        frame, thing, position = self.frame(axis), self.thing[axis], self.layout.position
        placed, share = thing, HALF
        if position not in (None, "original"):
            share = percent(position.split()[axis])
        elif self.layout.scale is None:
            placed = frame
        elif position and frame.length > thing.length:
            share = (thing.start - frame.start) / (frame.length - thing.length)
        factor = self.factor()
        free = self.size()[axis] - placed.length * factor
        return Span(free * share + (thing.start - placed.start) * factor, thing.length * factor)


SIDES = st.none() | st.integers(1, 120)
LENGTHS = st.integers(0, 520).map("{}px".format) | st.integers(0, 60).map("{}%".format)
PERCENT = st.integers(0, 100).map("{}%".format)
LAYOUTS = st.builds(
    LayoutOptions,
    margin=st.none()
    | st.sampled_from([1, 2, 4]).flatmap(
        lambda count: st.lists(LENGTHS, min_size=count, max_size=count).map(" ".join)
    ),
    width=SIDES,
    height=SIDES,
    ratio=st.none() | st.builds("{}:{}".format, st.integers(1, 9), st.integers(1, 9)),
    scale=st.none() | st.integers(10, 100).map("{}%".format),
    position=st.none() | st.just("original") | st.builds("{} {}".format, PERCENT, PERCENT),
)


@st.composite
def spans(draw: st.DrawFn, side: int) -> Span:
    start = draw(st.integers(0, side - 1))
    return Span(Fraction(start), Fraction(draw(st.integers(1, side - start))))


@settings(max_examples=200, deadline=None)
@given(LAYOUTS, st.integers(1, 60), st.integers(1, 60), st.data())
def test_it_is_what_the_contract_says(
    layout: LayoutOptions, width: int, height: int, data: st.DataObject
) -> None:
    thing = data.draw(spans(width)), data.draw(spans(height))
    contract = Contract(layout, (width, height), thing)
    (left, across), (top, down) = ((int(each.start), int(each.length)) for each in thing)
    alpha = np.zeros((height, width), np.uint8)
    alpha[top : top + down, left : left + across] = 255
    size, factor = contract.size(), float(contract.factor())
    places = [contract.place(axis) for axis in (0, 1)]
    assume(factor == 1 or min(each.length for each in places) >= 2)

    picture = Picture(Image.new("RGB", (width, height)))
    found = Image.fromarray(compose(picture, alpha, layout.applied(Options(Mode.FG_MASK))).pixels)
    assert found.size == size
    box = found.point([0] * 128 + [255] * 128).getbbox()
    assert box is not None
    moved = 0.5 if factor == 1 else 1 + BLUR * factor
    for axis, (start, length) in enumerate(places):
        assert abs(box[axis] - start) <= moved
        assert abs(box[axis + 2] - (start + length)) <= moved
        if factor == 1:
            assert box[axis + 2] - box[axis] == length
