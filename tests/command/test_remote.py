"""By an API: the real one over TCP."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from subprocess import PIPE, Popen

import numpy as np
import pytest
from PIL import Image

from cutout.command.arguments import Limits
from tests.command.conftest import Run, opened, pictures_in, run_apart, write
from tests.command.scripted_api import RESULTS, ScriptedApi, success
from tests.command.terminal import Terminal, left_standing
from tests.local_server import LocalServer
from tests.samples import gradient, jpeg, png, webp

KEYS = ("sesame-open-the-door", "another-key-that-opens")
WITHOUT_PROXY = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """Asks for no key, and sends answers over 1 MB elsewhere, as on AWS those over 4.7 MB."""
    folder = str(tmp_path_factory.mktemp("storage"))
    with LocalServer(CUTOUT_STORAGE_DIR=folder, CUTOUT_MAX_ANSWER_BYTES="1000000") as running:
        yield running


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[LocalServer]:
    """Asks for a key."""
    with LocalServer(CUTOUT_STORAGE_DIR=str(tmp_path), CUTOUT_API_KEYS=" ".join(KEYS)) as running:
        yield running


def noise(side: int) -> bytes:
    """A picture that takes as many bytes as it can."""
    pixels = np.random.default_rng(1).integers(0, 255, (side, side, 3), np.uint8)
    return jpeg(Image.fromarray(pixels), quality=95)


def test_a_folder_by_an_api(tmp_path: Path, run: Run, server: LocalServer) -> None:
    for name in ("a.jpg", "deep/b.png", 'Grüße 🐈 "x".jpg'):
        write(tmp_path / "in" / name)
    write(tmp_path / "in" / "broken.jpg", jpeg()[:300])
    write(tmp_path / "in" / "wide.png", png(Image.new("1", (4097, 8))))
    out = tmp_path / "out"
    done = run(tmp_path / "in", "-o", out, "--url", server.url + "/")
    assert done.code == 1
    assert sorted(done.lines[:2]) == [
        f"{tmp_path}/in/broken.jpg: Can not load image.",
        f"{tmp_path}/in/wide.png: Resolution is too big: 4097x8. Max allowed resolution: 4096x4096",
    ]
    assert pictures_in(out) == {"a.png", "deep/b.png", 'Grüße 🐈 "x".png'}
    assert {opened(out / each).size for each in pictures_in(out)} == {(64, 48)}
    done = run(tmp_path / "in", "-o", out, "--url", server.url)
    assert done.lines[-1].startswith("0 done, 2 failed, 3 already up to date")


def test_the_mode_is_asked_for(tmp_path: Path, run: Run, server: LocalServer) -> None:
    photo = write(tmp_path / "a.jpg")
    assert run(photo, "--url", server.url, "--mode", "fg-mask").code == 0
    assert opened(tmp_path / "a-cutout.png").mode == "L"


def test_an_answer_that_lies_elsewhere(tmp_path: Path, run: Run, server: LocalServer) -> None:
    photo = write(tmp_path / "a.jpg", noise(900))
    done = run(photo, "--url", server.url)
    assert done.code == 0, done.err
    assert opened(tmp_path / "a-cutout.png").size == (900, 900)
    assert '"status": 303' in server.log(), "the answer was meant to be too large"


def test_a_large_file_is_uploaded(tmp_path: Path, run: Run, server: LocalServer) -> None:
    content = noise(2100)
    assert len(content) > Limits().large_bytes
    photo = write(tmp_path / "large.jpg", content)
    done = run(photo, "--url", server.url)
    assert done.code == 0, done.err
    assert opened(tmp_path / "large-cutout.png").size == (2100, 2100)
    assert '"route": "/v1/uploads", "status": 200' in server.log()
    assert '"source": "url"' in server.log()


@pytest.mark.parametrize("side", [60, 2100], ids=["in a request", "as an upload"])
def test_a_pipe_is_sent(tmp_path: Path, run: Run, server: LocalServer, side: int) -> None:
    """As of `cutout <(...)`: it can be read only once, and has no length."""
    content = noise(side)
    assert (len(content) > Limits().large_bytes) == (side == 2100)
    photo = write(tmp_path / "a.jpg", content)
    with Popen(["cat", photo], stdout=PIPE) as cat:  # noqa: S607
        assert cat.stdout is not None
        pipe = f"/dev/fd/{cat.stdout.fileno()}"
        done = run(pipe, "-o", tmp_path / "a.png", "--url", server.url)
    assert (done.code, done.err) == (0, "")
    assert opened(tmp_path / "a.png").size == (side, side)


def test_a_pipe_of_another_type_is_refused(tmp_path: Path, run: Run, server: LocalServer) -> None:
    done = run("/dev/zero", "-o", tmp_path / "a.png", "--url", server.url)
    assert done.code == 1
    assert done.lines[0].startswith("/dev/zero: Unsupported file type.")


def test_a_file_too_large_for_an_upload(tmp_path: Path, run: Run, server: LocalServer) -> None:
    photo = write(tmp_path / "large.jpg", jpeg() + bytes(16 * 1024 * 1024))
    done = run(photo, "--url", server.url)
    assert done.code == 1
    assert done.lines[0] == f"{photo}: File is too big. The size must be less than 16 MB."


@pytest.mark.parametrize(("start", "named"), [(b"", ""), (b"II*\0", ": TIFF")])
def test_a_large_file_of_another_type(
    tmp_path: Path, run: Run, server: LocalServer, start: bytes, named: str
) -> None:
    photo = write(tmp_path / "large.tif", start + bytes(5_000_000))
    done = run(photo, "--url", server.url)
    assert done.code == 1
    assert done.lines[0].startswith(f"{photo}: Unsupported file type{named}.")


def test_an_address_of_a_route(tmp_path: Path, run: Run, server: LocalServer) -> None:
    done = run(write(tmp_path / "a.jpg"), "--url", f"{server.url}/v1/results")
    hint = "(--url is the API's address, without /v1/results)"
    assert done.code == 1
    assert done.err == f"cutout: The server answered 404: Not Found {hint}\n"


def test_a_large_webp_file(tmp_path: Path, run: Run) -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (1300, 1300, 3), np.uint8)
    file = BytesIO()
    Image.fromarray(pixels).save(file, "WEBP", lossless=True, method=0)
    photo = write(tmp_path / "large.webp", file.getvalue())
    assert photo.stat().st_size > Limits().large_bytes
    with LocalServer(CUTOUT_STORAGE_DIR=str(tmp_path / "files")) as server:
        assert run(photo, "--url", server.url).code == 0
        assert '"route": "/v1/uploads", "status": 200' in server.log()
    assert opened(tmp_path / "large-cutout.png").size == (1300, 1300)


@pytest.mark.parametrize("role", ["picture", "background", "mask"])
def test_webp_files_need_no_setting(
    tmp_path: Path, run: Run, server: LocalServer, role: str
) -> None:
    file = write(tmp_path / f"{role}.webp", webp())
    photo = file if role == "picture" else write(tmp_path / "a.jpg")
    options = [] if role == "picture" else [f"--{role}", file]
    done = run(photo, "-o", tmp_path / "made.png", "--url", server.url, *options)
    assert (done.code, done.err) == (0, "")
    assert opened(tmp_path / "made.png").size == (64, 48)


def test_a_key(
    tmp_path: Path, run: Run, locked: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = write(tmp_path / "in" / "a.jpg")
    refused = (
        "cutout: The server answered 401: A valid API key is needed, in the header X-API-KEY. "
        "Give it with CUTOUT_KEY or --key."
    )
    for key in ([], ["--key", "wrong"]):
        done = run(photo, "--url", locked.url, *key)
        assert (done.code, done.lines) == (1, [refused]), key
    assert run(photo, "--url", locked.url, "--key", KEYS[0]).code == 0
    monkeypatch.setenv("CUTOUT_KEY", KEYS[1])
    assert run(photo, "--url", locked.url, "--force").code == 0
    assert run(photo, "--url", locked.url, "--force", "--key", "wrong").code == 1


def test_from_standard_input_by_an_api(server: LocalServer) -> None:
    done = run_apart("-", "--url", server.url, stdin=jpeg(gradient()), **WITHOUT_PROXY)
    assert (done.code, done.err) == (0, "")
    assert opened(done.out).size == (64, 48)


def test_what_is_sent_is_shown(tmp_path: Path, server: LocalServer) -> None:
    content = noise(2100)
    photo = write(tmp_path / "large.jpg", content)
    terminal = Terminal(
        photo, "--url", server.url, columns=100, NO_PROXY="127.0.0.1", no_proxy="127.0.0.1"
    )
    text = terminal.finish()
    size = f"{len(content) / 1e6:.1f}"
    assert terminal.process.returncode == 0, text
    assert f"0/1  {size}/{size} MB sent" in text, text
    assert left_standing(text)[-1].startswith("1 done in ")


@pytest.mark.parametrize("linked", ["a.jpg", "masks/a.png"])
def test_what_is_no_picture_is_not_sent(tmp_path: Path, run: Run, linked: str) -> None:
    """Somebody else's photos may come with a link to a private file."""
    private = write(tmp_path / "id_rsa", b"-----BEGIN OPENSSH PRIVATE KEY-----")
    photo = tmp_path / "a.jpg"
    (tmp_path / "masks").mkdir()
    (tmp_path / linked).symlink_to(private)
    if linked != photo.name:
        write(photo)
    options = () if linked == photo.name else ("--mask", tmp_path / "masks")
    with ScriptedApi({RESULTS: [success()]}) as server:
        done = run(photo, "--url", server.url, *options)
        assert not server.asked_for(RESULTS)
    assert done.code == 1
    which = "" if linked == photo.name else "mask "
    assert done.lines[0] == (
        f"{photo}: Unsupported {which}file type. Only JPEG, PNG and WebP images are accepted."
    )
