"""Background, crop and format: the same here and by an API."""

import os
from pathlib import Path

import pytest
from PIL import Image

from cutout.command.arguments import Limits
from tests.command.conftest import Run, files_in, opened, write
from tests.command.scripted_api import Reply, ScriptedApi, success
from tests.local_server import LocalServer
from tests.samples import gradient, jpeg, png

TEAL = (0, 128, 128)
NEARLY = 24  # the corner isn't quite empty in the alpha of the test server


def corner(image: Image.Image) -> tuple[int, ...]:
    """The first pixel's channels."""
    return tuple(image.tobytes()[: len(image.getbands())])


def test_a_colour(tmp_path: Path, run: Run, where: list[str]) -> None:
    done = run(write(tmp_path / "a.jpg"), "--background", "teal", *where)
    assert (done.code, done.err) == (0, "")
    made = opened(tmp_path / "a-cutout.png")
    assert made.mode == "RGB"
    assert corner(made) == pytest.approx(TEAL, abs=NEARLY)


def test_a_picture(tmp_path: Path, run: Run, where: list[str]) -> None:
    ground = write(tmp_path / "backdrop.png", png(Image.new("RGB", (300, 200), TEAL)))
    photo = write(tmp_path / "a.jpg")
    assert run(photo, "--background", ground, *where).code == 0
    made = opened(tmp_path / "a-cutout.png")
    assert made.size == (64, 48)
    assert corner(made) == pytest.approx(TEAL, abs=NEARLY)
    done = run(photo, "--background", ground, "-v", *where)
    assert done.lines == ["0 done, 1 already up to date"]
    write(ground, png(Image.new("RGB", (300, 200), "red")))
    assert run(photo, "--background", ground, *where).code == 0
    again = corner(opened(tmp_path / "a-cutout.png"))
    assert again == pytest.approx((255, 0, 0), abs=NEARLY), "the background is the newer one"


def test_a_picture_from_a_pipe(tmp_path: Path, run: Run, where: list[str]) -> None:
    """As of `--background <(...)`: it can be read only once."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(png(Image.new("RGB", (30, 20), TEAL)))
    done = run(write(tmp_path / "a.jpg"), "--background", f"/dev/fd/{reading}", *where)
    os.close(reading)
    assert (done.code, done.err) == (0, "")
    assert corner(opened(tmp_path / "a-cutout.png")) == pytest.approx(TEAL, abs=NEARLY)


def test_crop(tmp_path: Path, run: Run, where: list[str]) -> None:
    photo = write(tmp_path / "a.jpg", jpeg(gradient(1024, 1024)))
    sizes = {}
    for crop in (["--crop"], ["--crop", "10px"], ["--crop=10%"], ["--crop", "0"]):
        assert run(*crop, photo, "--force", *where).code == 0, crop
        sizes[" ".join(crop)] = opened(tmp_path / "a-cutout.png").size
    width, height = sizes["--crop"]
    if not where:
        assert (width, height) == (512, 512), "the middle half"
        assert sizes["--crop 10px"] == (532, 532)
        assert sizes["--crop=10%"] == (614, 614)
    assert sizes["--crop 0"] == (width, height)
    assert 512 <= width <= 1024, sizes


def test_webp(tmp_path: Path, run: Run, where: list[str]) -> None:
    photo = write(tmp_path / "in" / "a.jpg")
    for arguments, name in (
        (["--format", "webp", "-o", tmp_path / "out"], "out/a.webp"),
        (["-o", tmp_path / "x.webp"], "x.webp"),
        (["--format", "webp"], "in/a-cutout.webp"),
    ):
        assert run(photo, *arguments, *where).code == 0
        made = opened(tmp_path / name)
        assert (made.format, made.mode, made.size) == ("WEBP", "RGBA", (64, 48))
    assert run(tmp_path / "in").code == 0
    assert "in/a-cutout-cutout.png" not in files_in(tmp_path), "of another format, but made"


BROKEN = {
    "broken": (png()[:100], "Can not load background image."),
    "no picture": (b"GIF89a", "Unsupported background file type."),
    "empty": (b"", "Can not load background image."),
}


@pytest.mark.parametrize(("content", "words"), BROKEN.values(), ids=BROKEN)
def test_a_background_that_is_none(tmp_path: Path, run: Run, content: bytes, words: str) -> None:
    ground = write(tmp_path / "b.png", content)
    done = run(write(tmp_path / "in" / "a.jpg"), "--background", ground)
    assert done.code == 1
    assert len(done.lines) == 1, "told once, not for each picture"
    assert done.lines[0].startswith(f"cutout: {ground}: {words}")


def test_a_background_that_is_none_for_an_api(
    tmp_path: Path, run: Run, server: LocalServer
) -> None:
    ground = write(tmp_path / "b.png", b"GIF89a")
    done = run(write(tmp_path / "in" / "a.jpg"), "--background", ground, "--url", server.url)
    assert done.code == 1
    assert done.lines[0].startswith(f"cutout: {ground}: Unsupported background file type.")


WRONG = {
    "no colour": (["--background", "whitish"], "neither a colour nor a file: whitish"),
    "a folder": (["--background", "."], "neither a colour nor a file: ."),
    "no margin": (["--crop=wide"], "--crop wide: Input should be pixels, as 30px"),
    "too wide": (["--crop=1000%"], "--crop 1000%: Input should be pixels"),
}


@pytest.mark.parametrize(("arguments", "words"), WRONG.values(), ids=WRONG)
def test_wrong_wishes(tmp_path: Path, run: Run, arguments: list[str], words: str) -> None:
    done = run(write(tmp_path / "a.jpg"), *arguments)
    assert done.code == 2
    assert words in done.err


def test_a_colour_wins_over_a_file_of_its_name(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "teal", png(Image.new("RGB", (9, 9), "red")))
    write(tmp_path / "a.jpg")
    assert run("a.jpg", "--background", "teal").code == 0
    assert corner(opened(tmp_path / "a-cutout.png")) == TEAL
    assert run("a.jpg", "--background", "./teal", "--force").code == 0
    assert corner(opened(tmp_path / "a-cutout.png")) == (255, 0, 0)


def test_what_an_api_is_asked(tmp_path: Path, run: Run) -> None:
    photo = write(tmp_path / "a.jpg")
    with ScriptedApi({"/v1/results": [success()]}) as server:
        assert run(photo, "--url", server.url, "--force").code == 0
        wishes = ["--crop", "10%", "--background", "#ffcc00", "--mode", "fg-image-shadow"]
        assert run(photo, "--url", server.url, "--force", *wishes).code == 0
        plain, asked = (each.path for each in server.asked_for("/v1/results"))
    assert plain == "/v1/results?mode=fg-image&quality-hint=true&webp=true"
    assert asked == (
        "/v1/results?mode=fg-image-shadow&bg-color=%23ffcc00&crop=true&crop-margin=10%25"
        "&quality-hint=true&webp=true"
    )


def test_an_older_api_makes_no_webp(tmp_path: Path, run: Run) -> None:
    photo = write(tmp_path / "a.jpg")
    with ScriptedApi({"/v1/results": [success()]}) as server:
        done = run(photo, "--url", server.url, "--format", "webp")
    assert done.code == 1
    assert done.lines[0] == (
        f"{photo}: The server sent no WEBP; it may be older than this command."
    )
    assert files_in(tmp_path) == {"a.jpg"}


def test_a_large_background_is_uploaded_once(tmp_path: Path, run: Run) -> None:
    ground = write(tmp_path / "b.png")
    for name in "abc":
        write(tmp_path / "in" / f"{name}.jpg")
    limits = Limits(large_bytes=4 * (ground.stat().st_size - 1))
    with ScriptedApi({"/bucket": [Reply(204, b"")]}) as bucket:
        upload = {"url": f"{bucket.url}/bucket", "fields": {}}
        invited = Reply(body={"upload": upload, "url": "upload:1/b.png", "max_bytes": 10_000})
        with ScriptedApi({"/v1/uploads": [invited], "/v1/results": [success()]}) as server:
            done = run(tmp_path / "in", "--background", ground, "--url", server.url, limits=limits)
            asked = server.asked_for("/v1/results")
        assert len(bucket.asked) == 1
    assert done.code == 0, done.err
    assert len(asked) == 3
    assert all(b'name="url-bg"\r\n\r\nupload:1/b.png\r\n' in each.body for each in asked)


def test_a_large_background_of_the_real_api(tmp_path: Path, run: Run, server: LocalServer) -> None:
    ground = write(tmp_path / "b.png", png(Image.new("RGB", (300, 200), TEAL)))
    for name in "ab":
        write(tmp_path / "in" / f"{name}.jpg")
    arguments = [tmp_path / "in", "--background", ground, "--url", server.url]
    done = run(*arguments, limits=Limits(large_bytes=100))
    assert done.code == 0, done.err
    for name in "ab":
        made = opened(tmp_path / "in" / f"{name}-cutout.png")
        assert corner(made) == pytest.approx(TEAL, abs=NEARLY)
