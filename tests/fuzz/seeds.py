"""Sound inputs for the fuzzer to begin with."""

from ipaddress import ip_address
from struct import pack

from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from tests.decode.profiles import CHANNELS, HOSTILE, lut_a2b, plain
from tests.samples import after_header, gradient, jpeg, png, png_chunk, webp


def jpegs() -> list[bytes]:
    """Small JPEG files, each with something of its own."""
    small = gradient(16, 12)
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "words"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return [
        jpeg(small),
        jpeg(small, progressive=True),
        jpeg(small, exif=exif, comment=b"words", dpi=(72, 72)),
        jpeg(small, icc_profile=profile),
        jpeg(small.convert("L")),
        jpeg(small.convert("CMYK")),
    ]


def pngs() -> list[bytes]:
    """Small PNG files of every colour type."""
    small = gradient(16, 12)
    words = PngInfo()
    words.add_text("a", "words", zip=True)
    words.add_itxt("b", "words", zip=True)
    modes = [png(small.convert(mode)) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")]
    animated = png(small, save_all=True, append_images=[small.rotate(90)])
    gamma = png_chunk(b"gAMA", pack(">I", 100_000)) + png_chunk(b"cHRM", pack(">8I", *P3))
    numbers = png_chunk(b"cICP", b"\t\x10\0\1")
    modes += [after_header(png(small), each) for each in (gamma, numbers)]
    return [*modes, png(small, pnginfo=words), png(small, transparency=(1, 2, 3)), animated]


def profiles() -> list[bytes]:
    """Small ICC profiles of every colour space, plain and hostile."""
    modes = ("L", "RGB", "CMYK")
    small = [make(mode) for make in HOSTILE.values() for mode in modes]
    own = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    staged = [plain(mode, A2B0=lut_a2b(CHANNELS[mode], 3)) for mode in modes]
    return [own, *map(plain, modes), *staged, *(each for each in small if len(each) < 8192)]


def webps() -> list[bytes]:
    """Small WebP files: lossy, lossless, with alpha, with metadata, and an animation."""
    small = gradient(16, 12)
    with_alpha = small.convert("RGBA")
    with_alpha.putalpha(small.convert("L"))
    exif = Image.Exif()
    exif[0x0112] = 6
    own = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return [
        webp(small),
        webp(small, lossless=True),
        webp(with_alpha),
        webp(with_alpha, lossless=True),
        webp(small, exif=exif, icc_profile=own, xmp=b"<x/>"),
        webp(small, save_all=True, append_images=[small.rotate(90)]),
    ]


def pictures() -> list[bytes]:
    """Return one list of all types."""
    return jpegs() + pngs() + webps()


P3 = (31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)
NUMBERS = [
    bytes(code) + gamma.to_bytes(4, "big") + pack(">8I", *P3)
    for code, gamma in (((12, 13, 0, 1), 45455), ((9, 16, 0, 1), 100_000), ((1, 18, 0, 0), 50_000))
]

FORMS = [
    each.replace("\n", "\r\n").replace("\r\n", "\n", 1).encode()
    for each in (
        """boundary=b
--b
Content-Disposition: form-data; name="image"; filename="a"

x
--b--
""",
        """boundary="b"; charset=utf-7
--b
Content-Type: image/png
Content-Disposition: form-data; name=image; filename*=utf-8''%e4

x
--b
content-disposition: form-data; name="url"

http://a/
--b
Content-Disposition: form-data; name="image-bg"

--b
Content-Disposition: form-data; name=mask

ä
--b
Content-Disposition: form-data; name=bg-color

white
--b--""",
    )
]

COLOURS = [b"#fff", b"#12345678", b"AbCd", b" rebeccapurple", b"transparent"]

MARGINS = [b"30", b"9999px", b"12.34%", b" 0% "]

URLENCODED = [
    b"url=https://a/b?c=d&crop=1&url-bg=https://e/f?g&bg-color=%23fff",
    b"url=http%3A%2F%2Fa.example%2Fb",
    b"image=&url=https://a/b?c=d&e=f&url-bg=",
    b"url=",
]

URLS = [
    each.encode()
    for each in (
        "http://a.example/b.jpg?c=d#e\n//b.example:443/",
        "https://bücher.example:443/ä\n../x",
        "http://[::ffff:127.0.0.1]:80/\nhttp://user@c/",
        "http://0x7f.1\\@c.example/\n?x",
    )
]

ADDRESSES = [
    ip_address(each).packed
    for each in ("::ffff:127.0.0.1", "2002:7f00:1::", "2001::80ff:fffe", "64:ff9b::7f00:1", "::1")
]
LENGTHS = [
    b"10% 10% 90% 90%",
    b"0px 1px 2.5px 300px",
    b"30px 10%",
    b"0",
    b"85.5%",
    b"original",
    b"center",
    b"50% 100%",
    b"16/9",
    b"4:5",
]
BASE64 = [b"aGVsbG8=", b"data:image/png;base64,aGVsbG8", b"aGVs bG8-_w==", b"aGVs\r\nbG8="]
