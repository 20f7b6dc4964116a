import pytest

from cutout.choices import Margin, parse_margin


@pytest.mark.parametrize(
    ("text", "margin"),
    [
        ("0", Margin()),
        ("30", Margin(pixels=30)),
        ("30px", Margin(pixels=30)),
        (" 9999px ", Margin(pixels=9999)),
        ("10%", Margin(share=0.1)),
        ("12.5%", Margin(share=0.125)),
        ("0%", Margin()),
        ("6.250000000000001%", Margin(share=0.06250000000000001)),
        ("999.99%", Margin(share=9.9999)),
    ],
)
def test_what_a_margin_is(text: str, margin: Margin) -> None:
    assert parse_margin(text) == margin


@pytest.mark.parametrize(
    "text",
    [
        *("", "-1", "1.5", "1.5px", "10000", "1000%", "1.%", "10 %", "px", "%", "1em", "+1"),
        *("1e3", "nan", "10%10%", "10%,5%", "\u0661\u0662", "1_0"),
    ],
)
def test_what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="pixels, as 30px, or a part of the object, as 10%"):
        parse_margin(text)


def test_a_share_is_of_the_longer_side() -> None:
    assert parse_margin("10%").around(300, 100) == 30
    assert parse_margin("10%").around(100, 300) == 30
    assert parse_margin("7px").around(100, 300) == 7
