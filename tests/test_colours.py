import pytest
from PIL import ImageColor

from cutout.colours import MAX_LENGTH, NAMES, TRANSPARENT, Colour, parse_colour


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("#fff", (255, 255, 255, 255)),
        ("#F80", (255, 136, 0, 255)),
        ("#f808", (255, 136, 0, 136)),
        ("#123456", (18, 52, 86, 255)),
        ("#12345678", (18, 52, 86, 120)),
        ("abcdef", (171, 205, 239, 255)),
        ("white", (255, 255, 255, 255)),
        (" RebeccaPurple ", (102, 51, 153, 255)),
        ("transparent", (0, 0, 0, 0)),
    ],
)
def test_what_a_colour_is(text: str, colour: tuple[int, ...]) -> None:
    assert parse_colour(text) == colour


@pytest.mark.parametrize(
    "text",
    [
        *("", "#", "#12", "#12345", "#1234567", "#123456789", "##fff", "whiter", "none"),
        *("rgb(1,2,3)", "hsl(0,100%,50%)", "#ggg", "#\u0661\u0662\u0663", "#fff;", "fff\n#"),
        "white".ljust(MAX_LENGTH + 1),
    ],
)
def test_what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="CSS name of a colour: white"):
        parse_colour(text)


def test_length_is_limited_and_no_shorter_than_that() -> None:
    assert parse_colour("white".ljust(MAX_LENGTH)) == Colour(255, 255, 255)


def test_every_name_is_known() -> None:
    for name in NAMES[1:]:
        assert parse_colour(name)[:3] == ImageColor.getrgb(name)
    assert parse_colour(NAMES[0]) == TRANSPARENT
