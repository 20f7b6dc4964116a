"""Write rembg's masks in rembg's own environment: nothing of the project is imported here.

``python rembg_worker.py MODEL OUT PICTURE...``; models come from ``$U2NET_HOME``.
"""

import sys
from pathlib import Path

from PIL import Image, ImageOps
from rembg import new_session, remove


def main() -> None:
    """Write each picture's mask to ``OUT/SET/NAME.png``."""
    model, out, *pictures = sys.argv[1:]
    session = new_session(model)
    for picture in map(Path, pictures):
        target = Path(out) / picture.parent.parent.name / f"{picture.stem}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        with Image.open(picture) as opened:
            upright = ImageOps.exif_transpose(opened).convert("RGB")
        remove(upright, session=session, only_mask=True).save(target)


if __name__ == "__main__":
    main()
