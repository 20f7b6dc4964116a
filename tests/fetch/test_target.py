import pytest

from cutout.errors import DownloadError
from cutout.fetch.target import MAX_UNICODE, Target, file_name, parse_target, redirected
from cutout.settings import Settings

SETTINGS = Settings()


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("http://a.example", Target("http", "a.example", 80, "/")),
        ("HTTPS://A.Example/b/c.jpg?d=e#f", Target("https", "a.example", 443, "/b/c.jpg?d=e")),
        ("https://a.example:443/?x", Target("https", "a.example", 443, "/?x")),
        (" http://bücher.example/ä ", Target("http", "xn--bcher-kva.example", 80, "/ä")),
        ("http://[2606:4700::1111]/", Target("http", "2606:4700::1111", 80, "/")),
        ("http://a_b.example/", Target("http", "a_b.example", 80, "/")),
        ("http://straße.example//a", Target("http", "xn--strae-oqa.example", 80, "//a")),
    ],
)
def test_good_urls(url: str, target: Target) -> None:
    assert parse_target(url, SETTINGS) == target


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.jpg",
        "//a.example/",
        "ftp://a.example:80/",
        "file:///etc/passwd",
        "gopher://a.example/",
        "data:image/png;base64,AAAA",
        "http://",
        "http:///a",
        "http://user@a.example/",
        "http://user:pass@a.example/",
        "http://a.example:22/",
        "http://a.example:9001/",
        "http://a.example:99999/",
        "http://a.example:x/",
        "http://[::1/",
        "http://[2606:4700::1111%25lo]/",
        "http://a.example\\@b.example:8080/",
        f"http://{'ä' * 70}.example/",
    ],
)
def test_bad_urls(url: str) -> None:
    with pytest.raises(DownloadError):
        parse_target(url, SETTINGS)


def test_pinned_url_and_host_header() -> None:
    target = Target("http", "a.example", 8080, "/b?c")
    assert target.pinned("1.1.1.1") == "http://1.1.1.1:8080/b?c"
    assert target.pinned("2606:4700::1111") == "http://[2606:4700::1111]:8080/b?c"
    assert target.host_header == "a.example:8080"
    assert Target("https", "a.example", 443, "/").host_header == "a.example"
    assert Target("http", "2606:4700::1111", 8080, "/").host_header == "[2606:4700::1111]:8080"


def test_redirects_are_resolved_and_checked() -> None:
    here = parse_target("https://a.example/b/c", SETTINGS)
    assert redirected(here, "d.jpg", SETTINGS).url == "https://a.example/b/d.jpg"
    assert redirected(here, "//b.example/x", SETTINGS).url == "https://b.example/x"
    for location in ("file:///etc/passwd", "http://a.example:9001/", "gopher://x/", "//b:80]"):
        with pytest.raises(DownloadError):
            redirected(here, location, SETTINGS)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://a.example/b/c%20d.jpg?e=f", "c d.jpg"),
        ("https://a.example/b/", "b"),
        ("https://a.example", "a.example"),
        ("http://[::1/x", "image"),
        ("", "image"),
    ],
)
def test_file_name(url: str, name: str) -> None:
    assert file_name(url) == name


@pytest.mark.parametrize(
    ("length", "is_ascii", "accepted"),
    [(MAX_UNICODE, False, True), (MAX_UNICODE + 1, False, False), (MAX_UNICODE + 1, True, True)],
)
def test_a_url_that_is_not_ascii_has_a_limit(length: int, is_ascii: bool, accepted: bool) -> None:
    here = parse_target("https://a.example/b", SETTINGS)
    last = "a.jpg" if is_ascii else "ä.jpg"
    url = "https://b.example/".ljust(length - len(last) - 1, "x") + f"/{last}"
    assert file_name(url) == (last if accepted else "image")
    if accepted:
        assert parse_target(url, SETTINGS).url == url
        assert redirected(here, url, SETTINGS).url == url
        return
    with pytest.raises(DownloadError):
        parse_target(url, SETTINGS)
    with pytest.raises(DownloadError):
        redirected(here, url, SETTINGS)
