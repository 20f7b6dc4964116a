"""Write the tables of `docs/settings.md` from the settings' own descriptions."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from cutout.settings import MIB, Settings
from tools.page import update

PAGE = Path(__file__).resolve().parent.parent / "docs" / "settings.md"
WORDS = {"model_dir": "beside the code", "threads": "one per vCPU"}


@dataclass(frozen=True)
class Group:
    """Hold settings that belong together, under the title they have on the page."""

    title: str
    names: tuple[str, ...]


GROUPS = (
    Group(
        "Limits",
        ("max_request_bytes", "max_file_bytes", "max_side", "max_pixels", "concurrency", "waiting"),
    ),
    Group(
        "Downloads",
        (
            *("download_seconds", "refusal_seconds", "download_redirects", "download_ports"),
            *("download_ca_bundle", "allow_private_network"),
        ),
    ),
    Group(
        "Time",
        (
            *("request_seconds", "receive_seconds", "gateway_seconds", "margin_seconds"),
            *("processing_seconds", "storing_seconds", "edge_seconds", "picture_seconds"),
            "batch_seconds",
        ),
    ),
    Group(
        "Storage",
        (
            *("bucket_url", "storage_dir", "storage_bytes", "max_answer_bytes", "link_seconds"),
            *("upload_seconds", "open_uploads"),
        ),
    ),
    Group(
        "Access",
        (
            *("api_keys", "api_keys_file", "api_keys_secret", "api_keys_stale_seconds"),
            *("front_secret", "allowed_hosts", "allowed_origins"),
        ),
    ),
    Group("Compatibility", ("webp", "removebg", "removebg_size")),
    Group(
        "Answers and page",
        (
            *("base_path", "cors_origins", "objects", "compression", "gzip"),
            *("page", "api_page"),
        ),
    ),
    Group("Networks", ("model", "model_dir", "threads")),
    Group(
        "Variables that AWS sets",
        (
            *("region", "access_key_id", "secret_access_key", "session_token"),
            *("credentials_full_uri", "credentials_relative_uri"),
            *("authorization_token", "authorization_token_file"),
            *("lambda_memory_mb", "secrets_url", "sam_local"),
        ),
    ),
)


def variable(name: str, field: FieldInfo) -> str:
    """Return the environment variable of a field."""
    alias = field.validation_alias
    return alias if isinstance(alias, str) else f"CUTOUT_{name.upper()}"


def default_text(name: str, field: FieldInfo) -> str:
    """Return a field's default with its unit, as a person would write it."""
    value = field.default.get_secret_value() if _is_secret(field) else field.default
    if name in WORDS:
        return WORDS[name]
    if isinstance(value, bool):
        return "on" if value else "off"
    if name.endswith("_seconds"):
        return _duration(value)
    if not value:
        return "none"
    if name.endswith("_bytes"):
        return f"{value // MIB} MiB"
    return ", ".join(map(str, sorted(value))) if isinstance(value, frozenset) else f"`{value}`"


def tables(fields: Mapping[str, FieldInfo]) -> str:
    """Return a heading and a Markdown table for each group."""
    return "\n\n".join(_table(group, fields) for group in GROUPS)


def _table(group: Group, fields: Mapping[str, FieldInfo]) -> str:
    """Return one group's heading and table."""
    rows = [
        f"| `{variable(name, fields[name])}` | {default_text(name, fields[name])} | "
        f"{fields[name].description} |"
        for name in group.names
    ]
    head = [f"## {group.title}", "", "| variable | default | effect |", "|---|---|---|"]
    return "\n".join([*head, *rows])


def _duration(seconds: float) -> str:
    """Return seconds in the largest unit that leaves no remainder."""
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"


def _is_secret(field: FieldInfo) -> bool:
    """Tell whether a field's default hides itself when printed."""
    return isinstance(field.default, SecretStr)


def main() -> None:
    """Write the tables into the page."""
    update(PAGE, "settings", tables(Settings.model_fields))


if __name__ == "__main__":
    main()
