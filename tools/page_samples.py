"""Make the demo page's sample photos from the tests' photos: `python -m tools.page_samples`.

The strip of thumbnails that lead to them shows each half before and half after.
"""

from PIL import Image, ImageOps

from cutout.choices import Mode
from tools.contact_sheet import PHOTOS, ROOT, chequered, matted_photos, on

PAGE = ROOT / "handler" / "cutout" / "page"
NAMES = {"chelsea": "cat", "coffee": "cup", "astronaut": "astronaut"}
SMALL = 160  # pixels: twice the size that it is shown at, for fine screens


def main() -> None:
    """Write the samples and the strip."""
    strip = Image.new("RGB", (SMALL * len(NAMES), SMALL))
    for path, (picture, alpha) in zip(PHOTOS, matted_photos(), strict=True):
        name = NAMES[path.stem]
        picture.colour.save(PAGE / f"{name}.jpg", quality=88, optimize=True, progressive=True)
        before, after = (
            ImageOps.fit(each, (SMALL, SMALL), Image.Resampling.LANCZOS, centering=(0.5, 0.35))
            for each in (picture.colour, on(chequered, picture, alpha, Mode.FG_IMAGE))
        )
        after.paste(before.crop((0, 0, SMALL // 2, SMALL)))
        strip.paste(after, (list(NAMES.values()).index(name) * SMALL, 0))
    strip.save(PAGE / "samples.jpg", quality=80, optimize=True, progressive=True)


if __name__ == "__main__":
    main()
