"""Lambda's limits: what is too large for a request or an answer arrives all the same, for clients
that know nothing of it."""

import json
import shutil
import subprocess
from functools import lru_cache
from hashlib import md5
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cutout.api.service import ENVELOPE_BYTES
from cutout.pictures import Pixels
from cutout.settings import LAMBDA_ANSWER_BYTES, MIB
from tests.e2e.client import (
    RESULTS,
    SECONDS,
    UPLOADS,
    LocalServer,
    png_of,
    post,
    result_of,
    session,
)
from tests.e2e.emulator import WITHOUT_NETWORK, Emulator
from tests.e2e.gateway import Gateway
from tests.e2e.photos import noise
from tests.s3 import S3Server
from tests.samples import gradient, jpeg, png
from tests.shown import shown


def test_large_answers_go_through_the_bucket_and_small_ones_do_not(api: Gateway) -> None:
    small = post(api, files={"image": noise(512)})
    large = post(api, files={"image": noise(2048)})
    assert [each.status_code for each in small.history] == []
    assert [each.status_code for each in large.history] == [303]
    assert len(large.content) > LAMBDA_ANSWER_BYTES
    assert large.headers["content-type"] == "application/json"


def test_a_large_answer_without_a_bucket_says_what_to_do(bare_api: Gateway) -> None:
    result = result_of(post(bare_api, files={"image": noise(2048)}))
    assert result["status"]["code"] == "failure"
    assert "fg-mask" in result["status"]["message"]
    assert result["entities"] == []
    mask = result_of(post(bare_api, params={"mode": "fg-mask"}, files={"image": noise(2048)}))
    assert mask["status"]["code"] == "ok"
    assert post(bare_api, UPLOADS).status_code == 404


def rendering() -> Image.Image:
    """Soft shapes with a trace of dither."""
    base = np.asarray(gradient(2000, 2000)).astype(np.int16)
    dither = np.random.default_rng(4).integers(0, 3, base.shape)
    return Image.fromarray(np.clip(base + dither, 0, 255).astype(np.uint8))


def pixels_of(content: bytes) -> Pixels:
    return np.asarray(Image.open(BytesIO(content)))


def nearly_16_mb(kind: str) -> bytes:
    """The largest file that is taken, or nearly."""
    if kind == "image/jpeg":
        return noise(4096, 92)
    pixels = np.random.default_rng(4).integers(0, 256, (1330, 4096, 3), np.uint8)
    return png(Image.fromarray(pixels))


@lru_cache
def boundary_picture() -> bytes:
    """A PNG of noise whose answer is a little smaller than Lambda's limit."""
    pixels = np.random.default_rng(3).integers(0, 256, (1344, 1021, 3), np.uint8)
    pixels[700, 200:480] = pixels[699, 200:480]  # a whole row is too much or too little
    return png(Image.fromarray(pixels))


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("over", [-1024, -1, 0, 1024])
def test_answers_around_the_limit_arrive(
    api: Gateway, local: LocalServer, over: int, encoding: str
) -> None:
    """The file's name makes the answer as long as wanted, to the byte.

    As gzip and base64, noise is 0.3 % longer than as JSON, so it is sent as it is.
    """
    content, headers = boundary_picture(), {"Accept-Encoding": encoding}
    body = post(api, files={"image": ("n", content)}, headers=headers).content
    missing = LAMBDA_ANSWER_BYTES - ENVELOPE_BYTES + over - len(json.dumps(body.decode()))
    assert 0 < missing < 3500, "the picture must be just small enough"
    name = "n" * (1 + missing)
    reply = post(api, files={"image": (name, content)}, headers=headers)
    if over > 0:
        assert [each.status_code for each in reply.history] == [303]
    else:
        assert reply.history == []
        spare = LAMBDA_ANSWER_BYTES + over - api.function.answer_bytes
        assert 0 <= spare < ENVELOPE_BYTES, "the headers need more than is kept for them"
        assert "Content-Encoding" not in reply.headers
    assert shown(png_of(result_of(reply))) == shown(local.png(content, "fg-image"))


def test_an_answer_just_too_large_is_compressed_more(s3: S3Server, local: LocalServer) -> None:
    """A rendering: smooth, with little noise, so that a better filter saves enough.

    It gets all the time it needs: where time is short, as on a busy machine, the answer goes to the
    bucket as it is.
    """
    content = png(rendering())
    fast = local.png(content, "fg-image")
    assert len(fast) * 4 / 3 > LAMBDA_ANSWER_BYTES, "the picture must be just too large"
    time = {
        name: str(SECONDS) for name in ("CUTOUT_GATEWAY_SECONDS", "AWS_LAMBDA_FUNCTION_TIMEOUT")
    }
    for bucket in (s3.environment, {}):
        with (
            Emulator(bucket | time, WITHOUT_NETWORK) as running,
            Gateway(running, seconds=SECONDS) as gateway,
        ):
            reply = post(gateway, files={"image": content})
        strong = png_of(result_of(reply))
        assert reply.history == []
        assert len(strong) < len(fast)
        assert np.array_equal(pixels_of(strong), pixels_of(fast))


@pytest.mark.parametrize("kind", ["image/jpeg", "image/png"])
def test_a_large_file_goes_through_an_upload(api: Gateway, local: LocalServer, kind: str) -> None:
    content = nearly_16_mb(kind)
    assert 15.9e6 < len(content) < 16 * MIB
    too_large = session.post(api.url(RESULTS), files={"image": content}, timeout=SECONDS)
    assert too_large.status_code == 413, "then why upload it elsewhere"
    upload = post(api, UPLOADS, params={"type": kind, "name": "large"}).json()
    sent = session.post(
        upload["upload"]["url"],
        data=upload["upload"]["fields"],
        files={"file": content},
        timeout=SECONDS,
    )
    assert sent.status_code == 204, sent.text
    result = result_of(post(api, data={"url": upload["url"]}))
    assert (result["name"], result["md5"]) == (
        "large",
        md5(content, usedforsecurity=False).hexdigest(),
    )
    assert shown(png_of(result)) == shown(local.png(content, "fg-image"))


def test_an_upload_that_never_came_is_told(api: Gateway) -> None:
    upload = post(api, UPLOADS).json()
    result = result_of(post(api, data={"url": upload["url"]}))
    assert result["status"]["message"].startswith("There is no such upload.")


def test_links_are_for_whoever_holds_them_as_they_are(api: Gateway) -> None:
    params = {"representation": "url"}
    (entity,) = result_of(post(api, params=params, files={"image": jpeg()}))["entities"]
    assert session.get(entity["image"], timeout=SECONDS).status_code == 200
    for bent in (
        entity["image"].partition("?")[0],
        entity["image"].replace("/answers/", "/answers/x"),
        entity["image"].replace("X-Amz-Expires=86400", "X-Amz-Expires=86401"),
    ):
        assert session.get(bent, timeout=SECONDS).status_code == 403, bent


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_curl_follows_by_itself(api: Gateway, local: LocalServer, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(noise(2048))
    done = subprocess.run(
        [
            *("curl", "-sL", "--noproxy", "*"),
            *("-F", f"image=@{tmp_path / 'a.jpg'}", api.url(RESULTS)),
        ],
        check=True,
        capture_output=True,
    )
    (result,) = json.loads(done.stdout)["results"]
    assert shown(png_of(result)) == shown(local.png(noise(2048), "fg-image"))
