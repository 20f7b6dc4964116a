"""`roi`, `crop`, `crop_margin`, `scale`, `position`: where the object stands."""

import numpy as np
import pytest
from fastapi.testclient import TestClient

from tests.api.removebg.asking import ask, foreground_of, pixels_of, refused, size_of

WIDTH, HEIGHT = 100, 82  # of the object in a picture of 200 x 160, from (50, 39) on
LEFT, TOP = 50, 39


def object_box(content: bytes) -> tuple[int, ...]:
    """Left, top, width and height of what is solid in a PNG."""
    rows, columns = (np.flatnonzero((pixels_of(content)[..., 3] > 31).any(axis=a)) for a in (1, 0))
    left, top = int(columns[0]), int(rows[0])
    return left, top, int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top


@pytest.mark.parametrize("fields", [{}, {"crop": "false"}, {"crop_margin": "30px"}])
def test_without_crop_the_picture_stays_whole(client: TestClient, fields: dict[str, str]) -> None:
    answer = ask(client, **fields)
    assert size_of(answer) == (200, 160)
    assert foreground_of(answer) == (LEFT, TOP, WIDTH, HEIGHT) == object_box(answer.content)


@pytest.mark.parametrize("text", ["true", "True", "1", "TRUE"])
def test_crop(client: TestClient, text: str) -> None:
    answer = ask(client, crop=text)
    assert size_of(answer) == (WIDTH, HEIGHT)
    assert foreground_of(answer) == (0, 0, WIDTH, HEIGHT)


@pytest.mark.parametrize(
    ("text", "left", "top", "right", "bottom"),
    [
        ("0", 0, 0, 0, 0),
        ("30px", 30, 30, 30, 30),
        ("10%", 10, 8, 10, 8),
        ("10px 20px", 20, 10, 20, 10),
        ("1px 2px 3px 4px", 4, 1, 2, 3),
        ("10% 20px 0 5px", 5, 8, 20, 0),
        ("50%", 50, 41, 50, 41),
        ("80%", 50, 41, 50, 41),
        ("500px", 500, 500, 500, 500),
        ("501px", 500, 500, 500, 500),
    ],
)
def test_crop_margins(
    client: TestClient, text: str, left: int, top: int, right: int, bottom: int
) -> None:
    """They reach past the picture's edge, up to 50 % of the object or 500 px."""
    answer = ask(client, crop="true", crop_margin=text, size="auto")
    assert size_of(answer) == (WIDTH + left + right, HEIGHT + top + bottom)
    assert foreground_of(answer) == (left, top, WIDTH, HEIGHT) == object_box(answer.content)


def test_room_past_the_edge_is_empty(client: TestClient) -> None:
    pixels = pixels_of(ask(client, crop="true", crop_margin="100px").content)
    assert not pixels[:61].any()
    white = pixels_of(ask(client, crop="true", crop_margin="100px", bg_color="fff").content)
    assert white[0].min() > 250


@pytest.mark.parametrize("text", ["1px 2px 3px", "1px 2px 3px 4px 5px", "10", "-5px", "10em", "x"])
def test_other_margins(client: TestClient, text: str) -> None:
    for crop in ("true", "false"):
        assert refused(client, crop=crop, crop_margin=text) == {
            "code": "invalid_crop_margin",
            "title": "Invalid crop_margin parameter given",
        }


@pytest.mark.parametrize("name", ["crop", "semitransparency", "add_shadow"])
def test_other_booleans(client: TestClient, name: str) -> None:
    assert refused(client, **{name: "maybe"})["code"] == f"invalid_{name}"


@pytest.mark.parametrize(
    ("text", "width", "height"),
    [("100%", 195, 160), ("50%", 98, 80), ("10%", 20, 16), ("33.5%", 65, 54)],
)
def test_scale_keeps_the_canvas_and_centres(
    client: TestClient, text: str, width: int, height: int
) -> None:
    answer = ask(client, scale=text)
    assert size_of(answer) == (200, 160)
    found = object_box(answer.content)
    expected = ((200 - width) / 2, (160 - height) / 2, width, height)
    assert found == pytest.approx(expected, abs=4)
    assert foreground_of(answer) == pytest.approx(found, abs=2)


def test_scale_original_is_none(client: TestClient) -> None:
    assert ask(client, scale="original").content == ask(client).content


@pytest.mark.parametrize("text", ["9%", "101%", "9.99%", "100.1%", "50", "50px", "large"])
def test_other_scales(client: TestClient, text: str) -> None:
    assert refused(client, scale=text)["code"] == "invalid_scale"


def test_scale_after_crop_is_of_the_cropped_canvas(client: TestClient) -> None:
    answer = ask(client, crop="true", crop_margin="50px", scale="50%")
    assert size_of(answer) == (WIDTH + 100, HEIGHT + 100)
    assert object_box(answer.content) == pytest.approx((50, 50, 100, 82), abs=2)


@pytest.mark.parametrize(
    ("text", "left", "top"),
    [
        ("original", LEFT, TOP),
        ("center", 50, 39),
        ("0%", 0, 0),
        ("100%", 100, 78),
        ("0% 100%", 0, 78),
        ("25% 50%", 25, 39),
    ],
)
def test_position_divides_the_free_room(client: TestClient, text: str, left: int, top: int) -> None:
    answer = ask(client, position=text)
    assert object_box(answer.content) == (left, top, WIDTH, HEIGHT)
    assert foreground_of(answer) == (left, top, WIDTH, HEIGHT)


@pytest.mark.parametrize("text", ["left", "10px", "10% 20% 30%", "101%", "-1%", "center left"])
def test_other_positions(client: TestClient, text: str) -> None:
    assert refused(client, position=text)["code"] == "invalid_position"


def test_the_original_position_with_scale_keeps_the_share_of_free_space(client: TestClient) -> None:
    left_part = "0% 0% 60% 100%"  # what is left of the object is not in the middle
    box = object_box(ask(client, roi=left_part).content)
    scaled = object_box(ask(client, roi=left_part, scale="50%", position="original").content)
    for start, length, side in ((0, 2, 200), (1, 3, 160)):
        expected = box[start] / (side - box[length]) * (side - scaled[length])
        assert scaled[start] == pytest.approx(expected, abs=1.5)
    assert scaled != object_box(ask(client, roi=left_part, scale="50%").content)


def test_position_with_scale(client: TestClient) -> None:
    answer = ask(client, scale="50%", position="0% 100%")
    left, top, _, height = object_box(answer.content)
    assert left <= 1
    assert top + height >= 159


@pytest.mark.parametrize(
    ("text", "box"),
    [
        ("0% 0% 100% 100%", (LEFT, TOP, WIDTH, HEIGHT)),
        ("0% 0% 50% 100%", (LEFT, TOP, 50, HEIGHT)),
        ("100px 80px 200px 160px", (100, 80, 50, 41)),
        ("0px 0px 60px 100%", (LEFT, TOP, 10, HEIGHT)),
    ],
)
def test_roi_keeps_the_size(client: TestClient, text: str, box: tuple[int, int, int, int]) -> None:
    answer = ask(client, roi=text)
    assert size_of(answer) == (200, 160)
    assert object_box(answer.content) == box == foreground_of(answer)


@pytest.mark.parametrize(
    "text",
    [
        *("201px 0px 201px 1px", "0% 0% 100.1% 100%", "0px 0px 10px 161px"),
        *("-1px 0px 9px 9px", "0% -0.1% 9% 9%", "0px 0px 999999999px 1px"),
    ],
)
def test_roi_outside(client: TestClient, text: str) -> None:
    error = refused(client, roi=text)
    assert (error["code"], error["title"]) == ("roi_exceeds_bounds", "ROI exceeds image bounds")


@pytest.mark.parametrize("text", ["50% 0% 50% 100%", "60% 0% 40% 100%", "0px 9px 9px 9px"])
def test_roi_empty(client: TestClient, text: str) -> None:
    assert refused(client, roi=text)["code"] == "roi_region_empty"


@pytest.mark.parametrize(
    "text",
    ["0 0 10 10", "0% 0% 10%", "a b c d", "0% 0% 1% 1% 1%", "--1px 0px 9px 9px"],
)
def test_other_rois(client: TestClient, text: str) -> None:
    assert refused(client, roi=text)["code"] == "invalid_roi"


def test_shares_with_all_decimals_that_a_program_prints(client: TestClient) -> None:
    third, rest = "33.333333333333336%", "100.00000000000000%"
    fields = {
        "roi": f"{third} {third} {rest} {rest}",
        "scale": third,
        "position": f"{third} {third}",
        "crop": "true",
        "crop_margin": f"{third} {third} {third} {third}",
        "shadow_opacity": third.rstrip("%"),
    }
    ask(client, **fields)


def test_nothing_in_the_roi(client: TestClient) -> None:
    assert refused(client, roi="0% 0% 10% 10%")["code"] == "unknown_foreground"


@pytest.mark.parametrize("text", ["auto", "car", "3D", "drop"])
@pytest.mark.parametrize("name", ["shadow_type", "shadow_type[other]", "shadow_type[product]"])
def test_shadows(client: TestClient, name: str, text: str) -> None:
    assert darkness(ask(client, **{name: text}).content) > 30


@pytest.mark.parametrize(
    "fields",
    [
        {"shadow_type": "none"},
        {"add_shadow": "true"},
        {"shadow_type[car]": "car"},
        {"shadow_opacity": "90"},
        {"shadow_type": "drop", "shadow_opacity": "0"},
        {"shadow_type": "drop", "shadow_type[other]": "none"},
    ],
    ids=str,
)
def test_no_shadow(client: TestClient, fields: dict[str, str]) -> None:
    assert darkness(ask(client, **fields).content) == 0


def test_a_shadow_s_opacity(client: TestClient) -> None:
    usual, half, dark, other = (
        darkness(ask(client, shadow_type="drop", **{name: text}).content)
        for name, text in (
            ("shadow_opacity", "auto"),
            ("shadow_opacity", "50"),
            ("shadow_opacity", "100"),
            ("shadow_opacity[other]", "100"),
        )
    )
    assert usual == half < dark == other


@pytest.mark.parametrize("text", ["101", "-1", "dark", "nan"])
@pytest.mark.parametrize("name", ["shadow_opacity", "shadow_opacity[person]"])
def test_other_opacities(client: TestClient, name: str, text: str) -> None:
    fields = {"shadow_opacity[other]": "50", name: text}
    assert refused(client, **fields)["code"] == "invalid_shadow_opacity"


@pytest.mark.parametrize("name", ["shadow_type", "shadow_type[car]"])
def test_other_shadows(client: TestClient, name: str) -> None:
    fields = {"shadow_type[other]": "drop", name: "long"}
    assert refused(client, **fields)["code"] == "invalid_shadow_type"


def darkness(content: bytes) -> int:
    """The alpha of the darkest place below the object, which is at row 121."""
    return int(pixels_of(content)[123:, :, 3].max())
