"""The strip's small pictures: cut-outs or shadows, and masks only where there is nothing else."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageOps

from tests.page.browser import Visit, file
from tests.page.test_formats import turned_webp
from tests.page.test_many import GOOD, wait_for_tally

DRAWN = """async (name) => {
  const image = document.querySelector(`[role=option][aria-label^="${name}:"] img`);
  await image.decode();
  const { naturalWidth: width, naturalHeight: height } = image;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
"""
"""The beginning of a function that reads the pixels of the thumbnail of that name."""
IS_GREY = (
    DRAWN
    + """  const { data } = context.getImageData(0, 0, width, height);
  let most = 0;
  for (let at = 0; at < data.length; at += 4) {
    most = Math.max(most, Math.abs(data[at] - data[at + 2]));
  }
  return most < 30;
}"""
)


def are_grey(visit: Visit) -> list[bool]:
    return [visit.page.evaluate(IS_GREY, photo["name"]) for photo in GOOD[:2]]


def test_a_mask_takes_no_cut_out_s_place(visit: Visit) -> None:
    visit.choose(GOOD[:2])
    wait_for_tally(visit, "2 of 2 done.")
    visit.press("mode", "fg-mask")
    visit.wait_for_command("mode=fg-mask")
    wait_for_tally(visit, "2 of 2 done.")
    assert are_grey(visit) == [False, False]
    visit.press("mode", "fg-image")
    visit.page.reload()
    visit.wait("done")
    assert are_grey(visit) == [False, False]


def test_a_mask_is_shown_until_there_is_a_cut_out(visit: Visit) -> None:
    with visit.waiting_for_results():
        visit.choose(GOOD[:2], "busy")
        visit.press("mode", "fg-mask")
    visit.page.reload()
    wait_for_tally(visit, "2 of 2 done.")
    assert are_grey(visit) == [True, True]
    visit.press("mode", "fg-image-shadow")
    visit.wait_for_command("mode=fg-image-shadow")
    wait_for_tally(visit, "2 of 2 done.")
    assert are_grey(visit) == [False, False]


COLOURS = (
    DRAWN
    + """  const colourAt = (x, y) => [...context.getImageData(x * width, y * height, 1, 1).data];
  return [[0.25, 0.25], [0.75, 0.25], [0.25, 0.75], [0.75, 0.75]].map(([x, y]) => colourAt(x, y));
}"""
)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_webp_on_its_side_is_upright_in_the_strip(visit: Visit, orientation: int) -> None:
    """Until its cut-out is there: browsers do not turn WebPs, unlike JPEGs."""
    content = turned_webp(orientation)
    upright = ImageOps.exif_transpose(Image.open(BytesIO(content)))
    with visit.waiting_for_results():
        visit.choose([file("a.webp", content), GOOD[0]], "busy")
        visit.page.wait_for_selector('[role=option][aria-label^="a.webp:"] img:not([hidden])')
        found = visit.page.evaluate(COLOURS, "a.webp")
    places = ((0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75))
    for (x, y), colour in zip(places, found, strict=True):
        expected = upright.crop((int(x * upright.width), int(y * upright.height), *upright.size))
        red, green, blue = expected.convert("RGB").tobytes()[:3]
        assert np.abs(np.subtract(colour[:3], (red, green, blue))).max() < 30
