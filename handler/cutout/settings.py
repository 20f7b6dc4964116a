"""Policy in one place: every limit and every switch, read once from the environment."""

import os
import re
from functools import lru_cache
from math import ceil
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from cutout.choices import Model
from cutout.key_text import MIN_LENGTH, parse_keys

MIB = 1024 * 1024
LAMBDA_MB_PER_VCPU = 1769  # AWS Lambda: memory buys processor time, 1,769 MB is one vCPU
LAMBDA_ANSWER_BYTES = 6_291_556
"""AWS Lambda: a larger buffered answer becomes an error, whatever it says. It counts the JSON that
the function hands over, in which the body is a string."""

NAMED_HOST = re.compile(r"\*|[^\s:/@\[\]]+|\[[0-9a-f:.]+\]")
NAMED_ORIGIN = re.compile(r"\*|null|[a-z][a-z0-9+.-]*://[^\s/]+")


def _default_model_dir() -> Path:
    """Return `cutout/model` of a wheel or an image, or `model` at the root of a checkout."""
    package = Path(__file__).resolve().parent
    packaged = package / "model"
    return packaged if packaged.is_dir() else package.parents[1] / "model"


class Settings(BaseSettings):
    """Environment variables with the prefix ``CUTOUT_`` override each field, e.g.
    ``CUTOUT_DOWNLOAD_SECONDS=5``."""

    model_config = SettingsConfigDict(
        env_prefix="CUTOUT_",
        frozen=True,
        hide_input_in_errors=True,  # it would print keys that are refused
    )

    max_request_bytes: int = Field(
        default=32 * MIB, description="A larger request body answers 413."
    )
    max_file_bytes: int = Field(default=16 * MIB, description="A picture's file must be smaller.")
    max_side: int = Field(default=4096, description="Longest width and height, in pixels.")
    max_pixels: int = Field(
        default=178_956_970, description="Above it the size is not even quoted."
    )

    download_seconds: float = Field(default=10.0, description="From first look-up to last byte.")
    refusal_seconds: float = Field(
        default=0.5,
        description="A failed download is told no sooner, so that its time tells nothing.",
    )
    download_redirects: int = Field(default=5, description="Redirects followed before giving up.")
    download_ports: frozenset[int] = Field(
        default=frozenset({80, 443}), description="Ports reachable."
    )
    download_ca_bundle: str | None = Field(
        default=None, description="Certificates to trust in the public ones' place."
    )
    allow_private_network: bool = Field(
        default=False,
        description="For tests alone: lets `url` reach private and loopback addresses.",
    )

    request_seconds: float = Field(
        default=120.0, description="For the whole request, where no Lambda sets the clock."
    )
    gateway_seconds: float = Field(
        default=30.0,
        description="An HTTP API gives up so long after it took the request; a REST API in 29 s.",
    )
    margin_seconds: float = Field(
        default=1.0, description="On Lambda: kept back for handing the answer over."
    )
    processing_seconds: float = Field(
        default=8.0, description="Of the request's time, what a download leaves to the picture."
    )
    edge_seconds: float = Field(
        default=5.0,
        description="For hair, and the edges of a picture larger than the network's; 0 is neither.",
    )
    picture_seconds: float = Field(
        default=60.0,
        gt=0,
        description="A picture whose work takes longer is given up: by the local server, whose "
        "worker process is replaced, by a batch, and by the command (300 s unless it is set).",
    )
    storing_seconds: float = Field(
        default=4.0, description="Of the request's time, what the picture leaves to the storage."
    )

    objects: bool = Field(
        default=False,
        description="Answers also tell the picture's size and where the objects are, as the "
        "original's later versions do, unless the request says `objects=false`.",
    )
    batch_seconds: float = Field(
        default=30.0, description="A batch begins no picture with less time left than that."
    )
    max_answer_bytes: int | None = Field(
        default=None, description="A larger answer goes to the storage. On Lambda 6,291,556."
    )
    link_seconds: int = Field(
        default=24 * 3600, le=7 * 24 * 3600, description="A link to a stored answer lives so long."
    )
    upload_seconds: int = Field(
        default=900, description="An upload must begin so soon after it was asked for."
    )
    open_uploads: int = Field(
        default=1000,
        ge=1,
        description="Uploads that the local server expects at once; one more is answered with 503.",
    )
    bucket_url: str | None = Field(
        default=None,
        description="The bucket's own address, https://NAME.s3.REGION.amazonaws.com, "
        "or with the name as its path, as other servers of S3's protocol have it.",
    )
    storage_dir: Path = Field(
        default=Path("~/.cache/cutout"),
        description="Where the local server keeps files, if there is no bucket.",
    )
    storage_bytes: int = Field(
        default=4096 * MIB,
        description="For all of them, each counted as 64 KiB at least; beyond it the disk is full. "
        "Uploads fill half of it at most.",
    )
    api_keys: SecretStr = Field(
        default=SecretStr(""),
        description="Keys of at least 16 characters, separated by white space; requests must carry "
        "one of them. Empty: no key is needed.",
    )
    api_keys_secret: str | None = Field(
        default=None, description="The ARN of a secret in Secrets Manager that holds them instead."
    )
    api_keys_stale_seconds: float = Field(
        default=3600.0,
        ge=300.0,
        le=24 * 3600.0,
        description="Seconds that the keys of a secret stay in force while Secrets Manager is "
        "unreachable. An hour: a short outage refuses nobody, and a revoked key stops.",
    )
    secrets_url: str | None = Field(
        default=None,
        validation_alias="AWS_ENDPOINT_URL_SECRETS_MANAGER",
        description="Where Secrets Manager answers, if not at its usual place in the region.",
    )
    sam_local: bool = Field(
        default=False,
        validation_alias="AWS_SAM_LOCAL",
        description="Set by `sam local`, which knows no secret's real name: no keys are asked.",
    )
    allowed_hosts: Annotated[frozenset[str], NoDecode] = Field(
        default=frozenset(),
        description="Names other than this machine's own that a server on a loopback address "
        "answers to, separated by spaces or commas. `*` allows every name.",
    )
    allowed_origins: Annotated[frozenset[str], NoDecode] = Field(
        default=frozenset(),
        description="Origins other than this machine's own whose pages may send requests to a "
        "server on a loopback address that asks for no key. `*` allows every origin.",
    )
    webp: bool = Field(
        default=False,
        description="Whether `/v1/results` accepts WebP files; the API that it follows refuses "
        "them. All other ways in accept them.",
    )
    removebg: bool = Field(
        default=True,
        description="Whether `/v1.0/removebg` and `/v1.0/account` answer clients of remove.bg.",
    )
    removebg_size: Literal["preview", "medium", "hd", "full", "50MP", "auto"] = Field(
        default="preview",
        description="The `size` of `/v1.0/removebg` where a request names none; remove.bg's own "
        "is `preview`, 0.25 megapixels.",
    )
    page: bool = Field(default=True, description="Whether the demo page is at `/`.")
    region: str = Field(default="us-east-1", validation_alias="AWS_REGION")
    access_key_id: str = Field(default="", validation_alias="AWS_ACCESS_KEY_ID")
    secret_access_key: SecretStr = Field(
        default=SecretStr(""), validation_alias="AWS_SECRET_ACCESS_KEY"
    )
    session_token: SecretStr | None = Field(default=None, validation_alias="AWS_SESSION_TOKEN")

    model_dir: Path = Field(
        default_factory=_default_model_dir,
        description="Folder of the networks' files: graphs, weights and manifest.",
    )
    model: Model = Field(
        default=Model.AUTO,
        description="`auto` looks again, and closer, where that can change the cut-out; `best` "
        "always looks closely, `fast` never.",
    )
    threads: int | None = Field(
        default=None, ge=1, description="Network threads; default: the vCPUs."
    )
    concurrency: int = Field(
        default=1, ge=1, description="Pictures in work at once, each in 600 to 1100 MB."
    )
    waiting: int = Field(
        default=15,
        ge=0,
        description="Pictures that wait, each in up to 32 MB; one more is answered with 503.",
    )
    receive_seconds: float = Field(
        default=60.0, description="A request's body must have arrived so soon."
    )
    lambda_memory_mb: int | None = Field(
        default=None,
        validation_alias="AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        description="Set by Lambda.",
    )

    @field_validator("bucket_url")
    @classmethod
    def _bucket_is_there(cls, url: str | None) -> str | None:
        """`sam local` leaves the template's `$Bucket.RegionalDomainName` as it is."""
        return None if not url or "$" in url else url

    @field_validator("api_keys")
    @classmethod
    def _api_keys_hold_a_key(cls, keys: SecretStr) -> SecretStr:
        """Reject a text without a valid key, such as blanks: whoever sets it wants keys."""
        text = keys.get_secret_value()
        if text and not (parsed := parse_keys(text)).keys:
            raise ValueError(
                f"CUTOUT_API_KEYS holds no valid key ({parsed.refusals}). "
                f"Set a key of at least {MIN_LENGTH} characters, or leave it out"
            )
        return keys

    @field_validator("allowed_hosts", "allowed_origins", mode="before")
    @classmethod
    def _names_are_separated(cls, names: object) -> object:
        """Split the environment's text at spaces and commas."""
        return names.lower().replace(",", " ").split() if isinstance(names, str) else names

    @field_validator("allowed_hosts")
    @classmethod
    def _hosts_are_names(cls, hosts: frozenset[str]) -> frozenset[str]:
        """Reject a host that no request could match."""
        if not all(map(NAMED_HOST.fullmatch, hosts)):
            raise ValueError("CUTOUT_ALLOWED_HOSTS takes names without scheme and port: a.example")
        return hosts

    @field_validator("allowed_origins")
    @classmethod
    def _origins_have_a_scheme(cls, origins: frozenset[str]) -> frozenset[str]:
        """Reject an origin that no request could match."""
        if not all(map(NAMED_ORIGIN.fullmatch, origins)):
            raise ValueError("CUTOUT_ALLOWED_ORIGINS takes origins without path: https://a.example")
        return origins

    @model_validator(mode="after")
    def _bucket_has_keys(self) -> Self:
        if self.bucket_url and not (self.access_key_id and self.secret_access_key):
            raise ValueError(
                "CUTOUT_BUCKET_URL needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY beside it"
            )
        return self

    def on_lambda(self) -> Self:
        """The same with the platform's own limits, where nobody set others."""
        limit = self.max_answer_bytes or LAMBDA_ANSWER_BYTES
        return self.model_copy(update={"max_answer_bytes": limit})

    @property
    def network_threads(self) -> int:
        """Threads for one picture: as many as the vCPUs that the memory size pays for, since a
        thread more than that only waits for its share of the clock."""
        if self.threads is not None:
            return self.threads
        visible = visible_processors()
        if self.lambda_memory_mb is None:
            return visible
        return min(visible, ceil(self.lambda_memory_mb / LAMBDA_MB_PER_VCPU))


def visible_processors() -> int:
    """Processors that this process may run on, where the system tells (macOS doesn't)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def first_problem(error: ValidationError) -> str:
    """Return one line that names the environment variable that is wrong, and says why."""
    found = error.errors()[0]
    name = "_".join(["CUTOUT", *map(str, found["loc"])]).upper()
    return f"{name}: {found['msg']}"


@lru_cache
def get_settings() -> Settings:
    """The process's settings."""
    return Settings()
