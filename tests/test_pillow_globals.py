"""The library leaves the program that it runs in as it was: Pillow's limits above all."""

import subprocess
import sys

from tests.local_server import ROOT

PROGRAM = """
import importlib, io, pkgutil, sys, threading, warnings
import numpy, urllib3  # their own warnings are not ours
import PIL
from PIL import Image, ImageFile, PngImagePlugin

for each in pkgutil.iter_modules(PIL.__path__):
    if each.name not in {"__main__", "report", "ImageQt", "ImageTk", "_imagingtk"}:
        try:
            importlib.import_module(f"PIL.{each.name}")
        except ImportError:
            pass  # it needs what is not installed
Image.init()

def globals_of_pillow():
    return {
        (name, key): value
        for name, module in sorted(sys.modules.items()) if name.split(".")[0] == "PIL"
        for key, value in vars(module).items()
        if isinstance(value, (bool, int, float, str, bytes, type(None), frozenset))
        and not key.startswith("__")
    } | {"plugins": (tuple(Image.ID), tuple(Image.OPEN.items()), tuple(Image.SAVE.items()))}

before, filters = globals_of_pillow(), list(warnings.filters)
assert before["PIL.Image", "MAX_IMAGE_PIXELS"] == 1024 ** 3 // 12
seen = set()

import cutout, cutout.api.app, cutout.batch.batch, cutout.command.run
from cutout import cut_out, library
from tests.command.stand_in import open_stand_in
from tests.decode.bombs import BOMBS
from tests.samples import jpeg, png

library.open_pipeline = open_stand_in
assert globals_of_pillow() == before, "changed by the import"
stop = threading.Event()

def watch():
    while not stop.wait(0.001):  # without a pause it would take half of the time
        seen.add((Image.MAX_IMAGE_PIXELS, PngImagePlugin.MAX_TEXT_CHUNK))

watcher = threading.Thread(target=watch)
watcher.start()
for name in ("exif in a chunk", "1 bit, interlaced"):
    cut_out(BOMBS[name]())
cut_out(Image.open(io.BytesIO(png(icc_profile=bytes(200)))), background="white")
stop.set()
watcher.join()
assert globals_of_pillow() == before, "changed by the use"
assert len(seen) == 1, seen
added = [each for each in warnings.filters if each not in filters]
assert not added, added

Image.MAX_IMAGE_PIXELS = 400_000  # a program that is strict with its own pictures
warnings.simplefilter("error")
large = jpeg(Image.new("RGB", (1000, 1000)))
assert cut_out(large).size == (1000, 1000)
try:
    Image.open(io.BytesIO(large))
except Image.DecompressionBombError:
    print("still guarded")
"""


def test_the_library_changes_no_global_of_pillow() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stderr[-800:]
    assert done.stdout.endswith("still guarded\n")
