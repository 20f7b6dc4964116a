"""Check the settings that are more than a number or a switch."""

import os
import re
from ipaddress import ip_address
from math import isfinite
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr, ValidationError
from pydantic_core import PydanticCustomError
from pydantic_settings import NoDecode

from cutout.key_text import MIN_LENGTH, parse_keys

PLAIN_PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)*", re.ASCII)
NAMED_HOST = re.compile(r"\*|[^\s:/@\[\]]+|\[[0-9a-f:.]+\]")
METADATA_HOSTS = frozenset({"169.254.170.2", "169.254.170.23", "fd00:ec2::23", "localhost"})
"""Hosts of ECS and EKS, and this machine: the only ones that AWS's SDKs ask without TLS."""
NAMED_ORIGIN = re.compile(r"\*|null|[a-z][a-z0-9+.-]*://[^\s/*]+")


def _resolved(url: str | None) -> str | None:
    """Ignore `$Bucket.RegionalDomainName`, which `sam local` does not resolve."""
    return None if not url or "$" in url else url


def _holding_a_key(keys: SecretStr) -> SecretStr:
    """Reject a text without a valid key, such as blanks: it would leave the service open."""
    text = keys.get_secret_value()
    if text and not (parsed := parse_keys(text)).keys:
        raise ValueError(
            f"CUTOUT_API_KEYS holds no valid key ({parsed.refusals}). "
            f"Set a key of at least {MIN_LENGTH} characters, or leave it out"
        )
    return keys


def read_keys(path: str) -> str:
    """Return the text of a file of keys.

    Raise `ValueError` if it can't be read or holds no valid key, which would leave the service
    open.
    """
    try:
        text = Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise ValueError(f"CUTOUT_API_KEYS_FILE can't be read: {error}") from error
    if not (parsed := parse_keys(text)).keys:
        raise ValueError(
            f"CUTOUT_API_KEYS_FILE holds no valid key ({parsed.refusals}). "
            f"Write a key of at least {MIN_LENGTH} characters into {path}"
        )
    return text


def _split(names: object) -> object:
    """Split the environment's text at spaces and commas."""
    return names.lower().replace(",", " ").split() if isinstance(names, str) else names


def _host_names(hosts: frozenset[str]) -> frozenset[str]:
    """Reject a host that no request could match."""
    if not all(map(NAMED_HOST.fullmatch, hosts)):
        raise ValueError("CUTOUT_ALLOWED_HOSTS takes names without scheme and port: a.example")
    return hosts


def _origins(origins: frozenset[str]) -> frozenset[str]:
    """Reject an origin that no request could match."""
    if not all(map(NAMED_ORIGIN.fullmatch, origins)):
        raise ValueError(
            "CUTOUT_ALLOWED_ORIGINS and CUTOUT_CORS_ORIGINS take origins without path or wildcard: "
            "https://a.example"
        )
    return origins


def _path(path: str) -> str:
    """Return a path with a slash in front and none behind; reject odd characters."""
    trimmed = path.strip("/")
    if trimmed and not PLAIN_PATH.fullmatch(trimmed):
        raise ValueError("CUTOUT_BASE_PATH takes letters, digits, -, _, . and / only: /cutout")
    return f"/{trimmed}" if trimmed else ""


def _credentials_url(url: str | None) -> str | None:
    """Reject a URL to which credentials must not be entrusted, by the rule of AWS's SDKs."""
    if not url:
        return None
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host and (parts.scheme == "https" or (parts.scheme == "http" and _is_near(host))):
        return url
    raise ValueError(
        "AWS_CONTAINER_CREDENTIALS_FULL_URI takes https, or http to a loopback address or one of "
        + ", ".join(sorted(METADATA_HOSTS))
    )


def _is_near(host: str) -> bool:
    """Return whether a host is this machine or a metadata service of ECS or EKS."""
    if host in METADATA_HOSTS:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _relative_uri(path: str | None) -> str | None:
    """Reject what would be read as a part of the host."""
    if path and not path.startswith("/"):
        raise ValueError("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI takes a path: /v2/credentials/id")
    return path or None


CredentialsUrl = Annotated[str | None, AfterValidator(_credentials_url)]
RelativeUri = Annotated[str | None, AfterValidator(_relative_uri)]
BasePath = Annotated[str, AfterValidator(_path)]
BucketUrl = Annotated[str | None, AfterValidator(_resolved)]
ApiKeys = Annotated[SecretStr, AfterValidator(_holding_a_key)]
HostNames = Annotated[
    frozenset[str], NoDecode, BeforeValidator(_split), AfterValidator(_host_names)
]
Origins = Annotated[frozenset[str], NoDecode, BeforeValidator(_split), AfterValidator(_origins)]


def default_model_dir() -> Path:
    """Return `cutout/model` of a wheel or an image, or `model` at the root of a checkout."""
    package = Path(__file__).resolve().parent
    packaged = package / "model"
    return packaged if packaged.is_dir() else package.parents[1] / "model"


ModelDir = Annotated[Path, BeforeValidator(lambda given: given or default_model_dir())]


def visible_processors() -> int:
    """Return the processors that this process may use; on macOS, all processors."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


MAX_SECONDS = 2_000_000
"""Largest number of seconds in a setting: 23 days. Sockets count milliseconds in 31 bits."""


def require_range(name: str, value: object) -> object:
    """Return a setting's value; reject a negative number, infinity, NaN and too many seconds."""
    if not isinstance(value, int | float):
        return value
    if not (isfinite(value) and value >= 0):
        raise PydanticCustomError("range", "Input should be 0 or more, and finite")
    if name.endswith("_seconds") and value > MAX_SECONDS:
        raise PydanticCustomError("seconds", f"Input should be {MAX_SECONDS} or less")
    return value


def first_problem(error: ValidationError) -> str:
    """Return one line that names the wrong environment variable and says why."""
    found = error.errors()[0]
    name = "_".join(map(str, found["loc"])).upper()
    if not name:
        return str(found["msg"]).removeprefix("Value error, ")
    return f"{name if name.startswith('AWS_') else f'CUTOUT_{name}'}: {found['msg']}"
