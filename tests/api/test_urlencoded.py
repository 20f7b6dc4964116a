import pytest

from cutout.api.body import parse_urlencoded


@pytest.mark.parametrize(
    ("body", "url"),
    [
        (b"", ""),
        (b"url=", ""),
        (b"other=1&url=a", "a"),
        (b"url=&url=b", "b"),
        (b"url=https%3A%2F%2Fa%2Fb%20c%3Fd%3De%26f", "https://a/b c?d=e&f"),
        (b"url=https://a/b%20c?d=e&f=g", "https://a/b%20c?d=e&f=g"),
        (b"url=https://a/b?c=d&e&url-bg=&x=y", "https://a/b?c=d&e"),
        (b"image=&url=https://a/b+c", "https://a/b+c"),
        (b"url=https://a/b.jpg&mode=fg-mask", "https://a/b.jpg"),
        (b"url=a%2", "a%2"),
        (b"url=\xff", "\ufffd"),
    ],
)
def test_url_field(body: bytes, url: str) -> None:
    assert parse_urlencoded(body).get("url", "") == url
