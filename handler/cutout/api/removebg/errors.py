"""Define failures in remove.bg's form: a status and `{"errors": [{title, code, detail}]}`."""

from typing import Any


class DoorError(Exception):
    """End a request with an HTTP status and one entry of `errors`; omit an empty `detail`."""

    def __init__(
        self,
        code: str,
        title: str,
        detail: str = "",
        status: int = 400,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(title)
        self.code, self.title, self.detail = code, title, detail
        self.status, self.headers = status, headers or {}

    @property
    def body(self) -> dict[str, Any]:
        """Return the JSON of the answer."""
        told = {"title": self.title, "code": self.code, "detail": self.detail}
        return {"errors": [{name: text for name, text in told.items() if text}]}


def unknown_foreground() -> DoorError:
    """Return the error for a picture without foreground."""
    title = "Could not identify foreground in image. For details and recommendations see "
    return DoorError("unknown_foreground", f"{title}https://www.remove.bg/supported-images.")


def invalid(name: str) -> DoorError:
    """Return the error for an invalid value of the parameter `name`."""
    if name in ("size", "channels"):
        return DoorError(f"invalid_{name}", f"Invalid value for parameter '{name}'")
    return DoorError(f"invalid_{name}", f"Invalid {name} parameter given")


def invalid_url(name: str) -> DoorError:
    """Return the error for an `image_url` or `bg_image_url` that is not a URL."""
    return DoorError(f"invalid_{name}", f"Invalid {name}: Please provide a valid URL.")


def missing_source() -> DoorError:
    """Return the error for a request without a picture."""
    return DoorError(
        "missing_source",
        "No image given",
        "Please provide the source image in the image_url, image_file or image_file_b64 parameter.",
    )


def multiple_sources() -> DoorError:
    """Return the error for a request with several pictures."""
    return DoorError(
        "multiple_sources",
        "Multiple image sources given: Please provide either the image_url, image_file or "
        "image_file_b64 parameter.",
    )


def multiple_backgrounds() -> DoorError:
    """Return the error for a request with several backgrounds."""
    return DoorError(
        "multiple_bg_sources",
        "Multiple background sources given: Please provide either the bg_color, the bg_image_url "
        "or the bg_image_file parameter.",
    )


def bad_key(*, given: bool) -> DoorError:
    """Return the error for a request with a wrong key, or without one."""
    title = "API Key invalid" if given else "Missing API Key"
    return DoorError("auth_failed", title, status=403)
