"""Recognize file types, to name them in a refusal."""

from cutout.decode.riff import is_webp

MP4_BRANDS = {
    b"heic": "heic",
    b"heix": "heic",
    b"heim": "heic",
    b"heis": "heic",
    b"hevc": "heic",
    b"mif1": "heic",
    b"msf1": "heic",
    b"avif": "avif",
    b"avis": "avif",
}
BEGINNINGS = {
    b"\xff\xd8\xff": "jpg",
    b"\x89PNG\r\n\x1a\n": "png",
    b"GIF8": "gif",
    b"BM": "bmp",
    b"II*\0": "tiff",
    b"MM\0*": "tiff",
    b"%PDF": "pdf",
    b"8BPS": "psd",
    b"<svg": "svg",
    b"<?xml": "svg",
}


def kind_of(content: bytes) -> str:
    """Return the type that a file's first bytes show, such as `heic` or `mp4`, or `unknown`."""
    if content[4:8] == b"ftyp":
        return MP4_BRANDS.get(content[8:12], "mp4")
    if is_webp(content):
        return "webp"
    return next(
        (kind for start, kind in BEGINNINGS.items() if content.startswith(start)), "unknown"
    )
