"""The command here, the command with an API, and the API make the same files, bit for bit."""

import os
import subprocess
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import requests
from PIL import Image

from cutout import engine
from cutout.settings import Settings
from cutout.work import PictureWork
from tests.command.conftest import PATIENCE_SECONDS, Run, files_in, opened, write
from tests.e2e.segmenter import INNER_SIZE, open_without_network
from tests.local_server import ROOT, LocalServer
from tests.samples import PHOTOS, gradient, jpeg, png

ON_WHITE = "JPEG has no transparency: cut-outs lie on white. Use --background for another colour."


def open_servers_work(settings: Settings, threads: int) -> PictureWork:  # noqa: ARG001
    """The work of the server in `tests.local_server`, in the command's own processes."""
    return open_without_network(settings)


@pytest.fixture
def here(run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command on this machine, with the network that the server has."""
    monkeypatch.setattr(engine, "open_work", open_servers_work)
    return run


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A photo, one that is large enough to be shrunk, a small object, and some transparency."""
    folder = tmp_path / "photos"
    write(folder / "astronaut.jpg", (PHOTOS / "astronaut.jpg").read_bytes())
    write(folder / "large.jpg", jpeg(gradient(2200, 800)))
    write(folder / "deep" / "inner.png", png(gradient(*INNER_SIZE)))
    holes = Image.merge("RGBA", (*gradient(300, 200).split(), gradient(300, 200).getchannel(0)))
    write(folder / "deep" / "holes.png", png(holes))
    return folder


def ask(url: str, picture: Path, query: Mapping[str, str]) -> bytes:
    """The file that the API answers."""
    with picture.open("rb") as file:
        answer = requests.post(
            f"{url}/v1/results",
            params={**query, "representation": "binary"},
            files={"image": file},
            timeout=PATIENCE_SECONDS,
        )
    assert answer.headers["Content-Type"].startswith(("image/", "application/zip")), answer.text
    return answer.content


OPTIONS: dict[str, tuple[list[str], dict[str, str]]] = {
    "PNG": ([], {}),
    "WebP": (["--format", "webp", "--quality", "60"], {"format": "webp", "quality": "60"}),
    "JPEG": (
        ["--format", "jpg", "--quality", "75", "--background", "teal"],
        {"format": "jpg", "quality": "75", "bg-color": "teal"},
    ),
    "ZIP": (["--format", "zip", "--quality", "75"], {"format": "zip", "quality": "75"}),
    "a preset": (["--preset", "square"], {"preset": "square"}),
    "a preset and more": (
        ["--preset", "ebay", "--max-side", "600", "--background", "#eee", "--format", "jpg"],
        {"preset": "ebay", "max-side": "600", "bg-color": "#eee", "format": "jpg"},
    ),
    "a canvas": (
        ["--size", "300x200", "--scale", "80%", "--position", "50% 90%"],
        {"width": "300", "height": "200", "scale": "80%", "position": "50% 90%"},
    ),
    "margins and a ratio": (
        ["--margin", "5% 30px", "--size", "300x", "--ratio", "4:5"],
        {"margin": "5% 30px", "width": "300", "ratio": "4:5"},
    ),
    "a region": (["--roi", "10% 10% 60% 90%"], {"roi": "10% 10% 60% 90%"}),
    "a small answer": (
        ["--max-side", "1200", "--max-megapixels", "0.05"],
        {"max-side": "1200", "max-megapixels": "0.05"},
    ),
    "a shadow": (
        [
            *("--mode", "fg-image-shadow", "--shadow-opacity", "0.4"),
            *("--shadow-softness", "0.9", "--shadow-angle", "-20"),
        ],
        {
            "mode": "fg-image-shadow",
            "shadow-opacity": "0.4",
            "shadow-softness": "0.9",
            "shadow-angle": "-20",
        },
    ),
    "a mask": (["--mode", "fg-mask", "--format", "jpg"], {"mode": "fg-mask", "format": "jpg"}),
    "a mask's ZIP": (
        ["--mode", "fg-mask", "--format", "zip"],
        {"mode": "fg-mask", "format": "zip"},
    ),
}


@pytest.mark.parametrize(("options", "query"), OPTIONS.values(), ids=OPTIONS)
def test_a_folder_is_the_same_everywhere(
    tmp_path: Path,
    here: Run,
    server: LocalServer,
    photos: Path,
    options: list[str],
    query: dict[str, str],
) -> None:
    own, remote = tmp_path / "own", tmp_path / "remote"
    for out, api in ((own, []), (remote, ["--url", server.url])):
        done = here(photos, "-o", out, *options, *api)
        assert (done.code, done.err) == (0, "")
    names = {each for each in files_in(own) if not Path(each).name.startswith(".")}
    suffix = query.get("format", "png")
    assert names == {
        f"{name}.{suffix}" for name in ("astronaut", "large", "deep/inner", "deep/holes")
    }
    assert files_in(remote) == files_in(own)
    for name in sorted(names):
        (picture,) = photos.glob(f"{Path(name).with_suffix('')}.*")
        answered = ask(server.url, picture, query)
        assert (own / name).read_bytes() == answered, name
        assert (remote / name).read_bytes() == answered, name


def test_the_real_networks_make_the_same_here_and_by_cutout_serve(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    write(photos / "astronaut.jpg", (PHOTOS / "astronaut-160.jpg").read_bytes())
    environment = {**os.environ, "CUTOUT_MODEL": "fast", "NO_PROXY": "127.0.0.1"}
    with LocalServer(
        "cutout", "serve", CUTOUT_MODEL="fast", CUTOUT_STORAGE_DIR=str(tmp_path / "storage")
    ) as real:
        for out, api in (("own", []), ("remote", ["--url", real.url])):
            for kind in ("png", "jpg"):
                arguments = [photos, "-o", tmp_path / out, "--format", kind, "-q", *api]
                subprocess.run(
                    [sys.executable, "-m", "cutout", *arguments],
                    cwd=ROOT / "handler",
                    env=environment,
                    check=True,
                )
    for name in ("astronaut.png", "astronaut.jpg"):
        assert (tmp_path / "own" / name).read_bytes() == (tmp_path / "remote" / name).read_bytes()
    alpha = opened(tmp_path / "own" / "astronaut.png").getchannel("A")
    assert alpha.getextrema() == (0, 255)


def test_a_preset_on_a_picture(
    tmp_path: Path, here: Run, server: LocalServer, photos: Path
) -> None:
    ground = write(tmp_path / "ground.png", png(gradient(90, 60).convert("RGBA")))
    options = ["--preset", "square", "--background", ground, "--max-side", "500"]
    made = []
    for name, api in (("own", []), ("remote", ["--url", server.url])):
        assert (
            here(photos / "astronaut.jpg", "-o", tmp_path / f"{name}.png", *options, *api).code == 0
        )
        made.append((tmp_path / f"{name}.png").read_bytes())
    assert made[0] == made[1]
    assert opened(made[0]).size == (500, 500)


def test_a_jpeg_lies_on_white_and_that_is_said(tmp_path: Path, here: Run, photos: Path) -> None:
    photo = photos / "deep" / "inner.png"
    done = here(photo, "-o", tmp_path / "a.jpg")
    assert (done.code, done.lines) == (0, [ON_WHITE])
    made = opened(tmp_path / "a.jpg")
    assert (made.format, made.mode) == ("JPEG", "RGB")
    assert made.getpixel((0, 0)) == (255, 255, 255)
    for number, options in enumerate(
        (["--background", "teal"], ["--mode", "fg-mask"], ["--preset", "square"], ["-q"])
    ):
        assert here(photo, "-o", tmp_path / f"{number}.JPEG", *options).err == "", options
    assert opened(tmp_path / "0.JPEG").format == "JPEG"
    folder = (photo, "-o", f"{tmp_path / 'folder'}/", "--format", "jpg")
    assert here(*folder).lines == [ON_WHITE]
    assert here(*folder).err == "", "nothing is made"


def test_a_jpeg_cut_out_beside_its_picture_is_no_picture(here: Run, photos: Path) -> None:
    for _ in range(2):
        assert here(photos, "--format", "jpeg", "-q").code == 0
    made = {"astronaut-cutout.jpg", "large-cutout.jpg", "deep/inner-cutout.jpg"}
    assert {each for each in files_in(photos) if "cutout" in each} == made | {
        "deep/holes-cutout.jpg"
    }


def test_sizes_and_places(tmp_path: Path, here: Run, photos: Path) -> None:
    photo, count = photos / "deep" / "inner.png", iter(range(99))

    def made(*options: str) -> Image.Image:
        target = tmp_path / f"{next(count)}.png"
        done = here(photo, "-o", target, *options)
        assert done.code == 0, done.err
        return opened(target)

    assert made("--size", "400x300").size == (400, 300)
    assert made("--size", "80x").size == (80, 60)
    assert made("--size", "x30").size == (40, 30)
    assert made("--ratio", "1:1").size == (160, 160)
    assert made("--max-side", "40").size == (40, 30)
    assert made("--preset", "amazon").size == (2000, 2000)
    low = made("--size", "400x300", "--scale", "50%", "--position", "50% 100%")
    left, top, right, bottom = low.getchannel("A").getbbox() or (0, 0, 0, 0)
    assert (bottom, right - left < 220, bottom - top < 165) == (300, True, True)
    whole = np.asarray(made().getchannel("A"))
    half = np.asarray(made("--roi", "0% 0% 50% 100%").getchannel("A"))
    assert whole[:, 80:].any()
    assert not half[:, 80:].any()


WRONG = {
    "no size": (
        ["--size", "4"],
        "--size: must be a width and a height, or one of them",
    ),
    "no side": (["--size", "x"], "(800x600, 800x, x600): x"),
    "too wide": (["--size", "4097x1"], "up to 4096"),
    "nothing high": (["--size", "1x0"], "up to 4096"),
    "no ratio": (
        ["--ratio", "11:1"],
        "--ratio: Input should be width and height, as 4:5",
    ),
    "too small": (["--scale", "9.9%"], "--scale: Input should be 10% to 100%, or original: 9.9%"),
    "no position": (["--position", "left"], "--position: Input should be percent, as 80%: left"),
    "three margins": (["--margin", "1px 2px 3px"], "--margin: Input should be 1, 2 or 4 lengths"),
    "three corners": (
        ["--roi", "1px 2px 3px"],
        "--roi: Input should be four lengths, x1 y1 x2 y2, each as 40px or 10%: 1px 2px 3px",
    ),
    "no preset": (
        ["--preset", "etsy"],
        "--preset: choose from square, amazon, ebay",
    ),
    "no quality": (["--quality", "0"], "--quality: must be a whole number from 1 to 100: 0"),
    "too fine": (["--quality", "101"], "--quality: must be a whole number from 1 to 100: 101"),
    "no side at all": (["--max-side", "0"], "--max-side: must be a whole number above 0: 0"),
    "no area": (["--max-megapixels", "0"], "must be a number above 0, up to 1000: 0"),
    "a huge area": (["--max-megapixels", "1000.1"], "must be a number above 0, up to 1000: 1000.1"),
    "not a number": (["--max-megapixels", "nan"], "up to 1000: nan"),
    "too dark": (["--shadow-opacity", "1.01"], "must be a number from 0 to 1: 1.01"),
    "too soft": (["--shadow-softness", "-0.1"], "must be a number from 0 to 1: -0.1"),
    "too steep": (["--shadow-angle", "75.5"], "must be a number from -75 to 75: 75.5"),
}


@pytest.mark.parametrize(("options", "words"), WRONG.values(), ids=WRONG)
def test_wrong_options(here: Run, photos: Path, options: list[str], words: str) -> None:
    done = here(photos, *options)
    assert done.code == 2
    assert words in done.lines[-1]


def test_a_region_outside_of_a_picture_fails_alone(here: Run, photos: Path, tmp_path: Path) -> None:
    done = here(photos, "-o", tmp_path / "out", "--roi", "0px 0px 400px 300px")
    assert done.code == 1
    failed = [each for each in done.lines if "The region of interest exceeds the picture." in each]
    assert len(failed) == 2, "the two small pictures"
    assert files_in(tmp_path / "out") >= {"astronaut.png", "large.png"}


def test_the_limits_are_within(here: Run, photos: Path, tmp_path: Path) -> None:
    run = partial(here, photos / "deep" / "inner.png", "-o", tmp_path / "out", "--force", "-q")
    for options in (
        ["--quality", "1", "--format", "jpg"],
        ["--quality", "100", "--format", "jpg"],
        ["--size", "1x4096"],
        ["--scale", "10%", "--ratio", "10:1"],
        ["--max-side", "1", "--max-megapixels", "1000"],
        ["--mode", "fg-image-shadow", "--shadow-angle", "-75", "--shadow-opacity", "1"],
    ):
        assert run(*options).code == 0, options
