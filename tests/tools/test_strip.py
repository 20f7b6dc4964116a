import shutil
import subprocess
import sys
from pathlib import Path

import PIL
import pytest

ROOT = Path(__file__).resolve().parents[2]
STRIP = ROOT / "layers" / "strip.py"
UNNEEDED = ROOT / "layers" / "10-numerics" / "unneeded.txt"
PILLOW = Path(PIL.__file__).parent
LIBRARIES = PILLOW.parent / "pillow.libs"

OPENS = """
import io, sys
sys.path.insert(0, sys.argv[1])
from PIL import Image, ImageCms, __file__
assert __file__.startswith(sys.argv[1]), __file__
profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
for kind in ("JPEG", "PNG", "WEBP"):
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(file, kind, icc_profile=profile)
    with Image.open(file) as image:
        image.load()
        assert image.info["icc_profile"] == profile
        print(image.format)
"""


def strip(folder: Path, text: str) -> str:
    listed = folder.parent / "unneeded.txt"
    listed.write_text(text)
    command = [sys.executable, str(STRIP), str(folder), str(listed)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_what_matches_goes_and_the_rest_stays(tmp_path: Path) -> None:
    folder = tmp_path / "layer"
    for name in ("numpy/tests/a.py", "numpy/lib/tests/b.py", "numpy/lib/c.py", "numpy/c.pyi"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    said = strip(folder, "numpy/**/tests  # tests\n\n# types:\n**/*.pyi\nbin\n")
    assert [str(p.relative_to(folder)) for p in folder.rglob("*.py*")] == ["numpy/lib/c.py"]
    assert said.endswith("bin matches nothing\n"), "a line that is no longer needed"


def test_every_layer_has_a_list() -> None:
    for layer in ROOT.glob("layers/[0-9]*"):
        assert (layer / "unneeded.txt").exists(), layer.name


@pytest.mark.skipif(not LIBRARIES.is_dir(), reason="Pillow's Linux wheel is not installed")
def test_stripped_pillow_still_handles_every_format(tmp_path: Path) -> None:
    folder = tmp_path / "layer"
    for source in (PILLOW, LIBRARIES):
        shutil.copytree(source, folder / source.name)
    strip(folder, UNNEEDED.read_text())
    assert not [*folder.glob("PIL/_avif*"), *folder.glob("pillow.libs/libavif*")]
    command = [sys.executable, "-c", OPENS, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout.split(), done.stderr) == (["JPEG", "PNG", "WEBP"], "")
