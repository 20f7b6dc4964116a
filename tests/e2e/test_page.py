"""The page in a browser, served by the function in AWS's own runtime, with a real bucket beside it:
what is too large for Lambda goes to the bucket and comes from there, across origins."""

from pathlib import Path

from playwright.sync_api import Browser, Request

from tests.e2e.client import LocalServer
from tests.e2e.gateway import Gateway
from tests.e2e.photos import noise, photo
from tests.page.browser import Visit, browser, file, visiting
from tests.s3 import S3Server
from tests.shown import shown

__all__ = ["browser"]


def saved(visit: Visit) -> bytes:
    with visit.page.expect_download() as download:
        visit.page.click("#save")
    return Path(download.value.path()).read_bytes()


def test_a_photo(browser: Browser, api: Gateway, local: LocalServer) -> None:
    with visiting(browser, api.url("/")) as visit:
        content = photo(512)
        visit.choose(file("a.jpg", content))
        assert shown(saved(visit)) == shown(local.png(content, "fg-image"))


def test_an_answer_that_waits_in_the_bucket(
    browser: Browser, api: Gateway, local: LocalServer, s3: S3Server
) -> None:
    content = noise(2048)
    with visiting(browser, api.url("/"), also=s3.endpoint) as visit:
        # Like a page with a key, of which the bucket's origin has to be told beforehand.
        visit.page.evaluate("document.getElementById('key').value = 'sesame'")
        visit.choose(file("a.jpg", content))
        assert [url for url in visit.requests if url.startswith(s3.endpoint)]
        assert shown(saved(visit)) == shown(local.png(content, "fg-image"))


def test_a_file_that_goes_to_the_bucket(
    browser: Browser, api: Gateway, local: LocalServer, s3: S3Server
) -> None:
    content = noise(2048, quality=97)
    assert 4_400_000 < len(content) < 16 << 20
    posts: list[Request] = []
    with visiting(browser, api.url("/"), also=s3.endpoint) as visit:
        visit.page.on("request", lambda request: posts.append(request))  # noqa: PLW0108
        visit.page.evaluate("document.getElementById('key').value = 'sesame'")
        visit.choose(file("a.jpg", content))
        assert shown(saved(visit)) == shown(local.png(content, "fg-image"))
        asked = [each for each in posts if each.method == "POST"]
        assert [each.url.startswith(s3.endpoint) for each in asked] == [False, True, False]
        assert "x-api-key" not in asked[1].all_headers(), "the bucket was told the key"


def test_under_the_prefix(browser: Browser, api: Gateway) -> None:
    with visiting(browser, api.url("/img-bg-removal")) as visit:
        assert visit.page.url == api.url("/img-bg-removal/")
        visit.choose(file("a.jpg", photo(512)))
