"""List the sample events with their answers."""

from dataclasses import dataclass, field
from pathlib import Path
from struct import pack
from typing import Any
from urllib.parse import urlencode
from zlib import crc32

from requests_toolbelt.multipart.encoder import MultipartEncoder

from tools.events.gateway import Event, Request, payload_v1, payload_v2

PHOTO = Path(__file__).resolve().parents[2] / "tests" / "photos" / "astronaut-160.jpg"
RESULTS = "/v1/results"
PREFIX = "/img-bg-removal"

# A fixed boundary: the same samples give the same bytes.
BOUNDARY = "sample-boundary"

# One pixel, in a format that the service does not take.
GIF = bytes.fromhex("47494638396101000100800000000000ffffff2c00000000010001000002024401003b")


@dataclass(frozen=True)
class Sample:
    """Hold an event and the part of its answer that never changes."""

    name: str
    event: Event
    status: int = 200
    expected: dict[str, Any] = field(default_factory=dict)


def post_form(fields: dict[str, Any], *, query: str = "", path: str = RESULTS) -> Request:
    """Return a POST of a multipart form."""
    form = MultipartEncoder(fields, boundary=BOUNDARY)
    return Request("POST", path, query, {"content-type": form.content_type}, form.to_string())


def post_file(content: bytes, name: str, kind: str, *, query: str = "") -> Request:
    """Return a POST of a multipart form with a file as `image`."""
    return post_form({"image": (name, content, kind)}, query=query)


def post_photo(query: str = "", *, path: str = RESULTS) -> Request:
    """Return a POST of the sample photo as `image`."""
    image = ("astronaut.jpg", PHOTO.read_bytes(), "image/jpeg")
    return post_form({"image": image}, query=query, path=path)


def post_url(url: str) -> Request:
    """Return a POST of an address as `url`, in the encoding of plain web forms."""
    kind = {"content-type": "application/x-www-form-urlencoded"}
    return Request("POST", RESULTS, headers=kind, body=urlencode({"url": url}).encode())


def empty_png(width: int, height: int) -> bytes:
    """Return a PNG that declares a size and holds no pixel."""
    chunks = (
        b"IHDR" + pack(">2I5B", width, height, 8, 2, 0, 0, 0),
        b"IDAT",
        b"IEND",
    )
    parts = (pack(">I", len(each) - 4) + each + pack(">I", crc32(each)) for each in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def success(entity: str) -> dict[str, Any]:
    """Return the constant part of a good answer, with the name of its entity."""
    return {"code": "ok", "message": "Success", "entity": entity}


def failure(message: str | None = None) -> dict[str, Any]:
    """Return the answer to an unusable picture, with `message` where it is part of the contract."""
    return {"code": "failure"} | ({} if message is None else {"message": message})


def samples() -> list[Sample]:
    """Return all samples by name."""
    preflight = {
        "origin": "https://example.com",
        "access-control-request-method": "POST",
        "access-control-request-headers": "x-api-key",
    }
    too_big = "Resolution is too big: 5000x4000. Max allowed resolution: 4096x4096"
    found = [
        Sample("version", payload_v2(Request("GET", "/v1/version"))),
        Sample("version-prefix", payload_v2(Request("GET", f"{PREFIX}/v1/version"))),
        Sample("modes", payload_v2(Request("GET", "/v1/modes"))),
        Sample("preflight", payload_v2(Request("OPTIONS", RESULTS, headers=preflight))),
        Sample("results", payload_v2(post_photo()), expected=success("general-fg-image")),
        *(
            Sample(
                f"results-{mode}",
                payload_v2(post_photo(f"mode={mode}")),
                expected=success(f"general-{mode}"),
            )
            for mode in ("fg-image", "fg-image-shadow", "fg-mask")
        ),
        Sample(
            "results-payload-v1",
            payload_v1(post_photo("mode=fg-mask")),
            expected=success("general-fg-mask"),
        ),
        Sample(
            "results-base64",
            payload_v2(post_photo("mode=fg-mask&representation=base64")),
            expected=success("general-fg-mask"),
        ),
        Sample(
            "results-prefix",
            payload_v2(post_photo("mode=fg-mask", path=PREFIX + RESULTS)),
            expected=success("general-fg-mask"),
        ),
        # An address inside the network: refused without asking anyone, so it needs no connection.
        Sample(
            "failure-private-url",
            payload_v2(post_url("http://169.254.169.254/latest/meta-data/")),
            expected=failure(),
        ),
        Sample(
            "failure-corrupted-image",
            payload_v2(post_file(PHOTO.read_bytes()[:600], "cut.jpg", "image/jpeg")),
            expected=failure("Can not load image."),
        ),
        Sample(
            "failure-unsupported-type",
            payload_v2(post_file(GIF, "dot.gif", "image/gif")),
            expected=failure(),
        ),
        Sample(
            "failure-resolution-too-big",
            payload_v2(post_file(empty_png(5000, 4000), "huge.png", "image/png")),
            expected=failure(too_big),
        ),
        Sample(
            "results-options",
            payload_v2(post_photo("mode=fg-mask&crop=true&crop-margin=5%25&objects=true")),
            expected=success("general-fg-mask"),
        ),
        Sample(
            "failure-background",
            payload_v2(
                post_form(
                    {
                        "image": ("astronaut.jpg", PHOTO.read_bytes(), "image/jpeg"),
                        "image-bg": ("dot.gif", GIF, "image/gif"),
                    }
                )
            ),
            expected=failure(),
        ),
        # Shows how a function without a bucket answers; see docs/operate.md.
        Sample(
            "failure-no-storage",
            payload_v2(post_photo("representation=url")),
            expected=failure(),
        ),
        Sample("error-no-uploads", payload_v2(Request("POST", "/v1/uploads")), status=404),
        Sample("error-missing-field", payload_v2(post_form({"other": "field"})), status=422),
        Sample("error-unknown-mode", payload_v2(post_photo("mode=fg-hologram")), status=422),
    ]
    return sorted(found, key=lambda sample: sample.name)
