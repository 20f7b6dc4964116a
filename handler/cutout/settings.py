"""Hold every limit and switch, read once from the environment. `docs/settings.md` lists them."""

from functools import lru_cache
from math import ceil
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from cutout.aws_settings import AwsSettings
from cutout.choices import Compression, Model
from cutout.setting_types import (
    ApiKeys,
    BasePath,
    BucketUrl,
    HostNames,
    ModelDir,
    Origins,
    default_model_dir,
    read_keys,
    visible_processors,
)

MIB = 1024 * 1024
LAMBDA_MB_PER_VCPU = 1769  # AWS Lambda: memory buys processor time, 1,769 MB is one vCPU
LAMBDA_ANSWER_BYTES = 6_291_556
"""AWS Lambda: limit on a buffered response, counted as JSON with the body as a string."""


class Settings(AwsSettings):
    """Read each field from its environment variable, such as ``CUTOUT_DOWNLOAD_SECONDS=5``."""

    model_config = SettingsConfigDict(
        env_prefix="CUTOUT_",
        frozen=True,
        hide_input_in_errors=True,  # it would print keys that are refused
    )

    # Limits
    max_request_bytes: int = Field(
        default=32 * MIB, description="Largest request body. A larger one is answered with 413."
    )
    max_file_bytes: int = Field(
        default=16 * MIB, description="Size that a picture's file must stay below."
    )
    max_side: int = Field(
        default=4096,
        description="Largest width and height in pixels. The command allows 8192 by default.",
    )
    max_pixels: int = Field(
        default=178_956_970,
        description="Largest number of pixels that a file may declare in its header.",
    )
    concurrency: int = Field(
        default=1,
        ge=1,
        le=1024,
        description="Pictures processed at the same time. Each takes 600 to 1100 MB of memory.",
    )
    waiting: int = Field(
        default=15,
        ge=0,
        description="Requests that may queue. Each takes up to 32 MB of memory, and one more is "
        "answered with 503.",
    )

    # Downloads
    download_seconds: float = Field(
        default=10.0, description="Time limit for a download, from DNS lookup to last byte."
    )
    refusal_seconds: float = Field(
        default=0.5,
        description="Minimum time before a failed download is reported. It hides DNS timing.",
    )
    download_redirects: int = Field(default=5, description="Maximum redirects to follow.")
    download_ports: frozenset[int] = Field(
        default=frozenset({80, 443}), description="Ports that a download may connect to."
    )
    download_ca_bundle: str | None = Field(
        default=None, description="File of CA certificates to trust instead of the public ones."
    )
    allow_private_network: bool = Field(
        default=False,
        description="Allows downloads from private and loopback addresses. For tests only.",
    )

    # Time
    request_seconds: float = Field(
        default=120.0, description="Time limit for a request outside Lambda."
    )
    receive_seconds: float = Field(
        default=60.0, description="Time limit for receiving a request body."
    )
    gateway_seconds: float = Field(
        default=30.0,
        description="Timeout of the API in front of Lambda: 30 s for an HTTP API, 29 s for a REST "
        "API.",
    )
    margin_seconds: float = Field(
        default=1.0, description="Time kept back on Lambda for returning the answer."
    )
    processing_seconds: float = Field(
        default=8.0, description="Time that a download must leave for processing the picture."
    )
    storing_seconds: float = Field(
        default=4.0, description="Time that processing must leave for storing the result."
    )
    edge_seconds: float = Field(
        default=5.0,
        description="Time budget for refining hair and edges. 0 disables both. The command and the "
        "library have no limit.",
    )
    picture_seconds: float = Field(
        default=60.0,
        gt=0,
        description="Time limit for processing one picture in the local server, in a batch and "
        "in the command, which allows 300 s by default.",
    )
    batch_seconds: float = Field(
        default=30.0,
        description="Minimum time left in a batch invocation to start another picture.",
    )

    # Storage
    bucket_url: BucketUrl = Field(
        default=None,
        description="URL of the S3 bucket, such as https://NAME.s3.REGION.amazonaws.com. For other "
        "S3-compatible servers the bucket's name may come last in the path.",
    )
    storage_dir: Path = Field(
        default=Path("~/.cache/cutout"),
        description="Folder for the local server's files, used when there is no bucket.",
    )
    storage_bytes: int = Field(
        default=4096 * MIB,
        description="Maximum bytes in the folder. Each file counts as at least 64 KiB, and uploads "
        "may fill half of it.",
    )
    max_answer_bytes: int | None = Field(
        default=None,
        description="Largest body of an answer. A larger result is stored, and the client is "
        "redirected. On Lambda the default is 6291556.",
    )
    link_seconds: int = Field(
        default=24 * 3600,
        ge=1,
        le=7 * 24 * 3600,
        description="Lifetime of a link to a stored result, at most 7 days.",
    )
    upload_seconds: int = Field(
        default=900, ge=1, description="Time within which a requested upload must start."
    )
    open_uploads: int = Field(
        default=1000,
        ge=1,
        description="Maximum pending uploads of the local server. One more is answered with 503.",
    )

    # Access
    api_keys: ApiKeys = Field(
        default=SecretStr(""),
        description="API keys of at least 16 characters, separated by white space. Requests must "
        "carry one of them; empty means no key is needed.",
    )
    api_keys_file: Path | None = Field(
        default=None,
        description="File with the keys, read once at the start, such as a container's secret.",
    )
    api_keys_secret: str | None = Field(
        default=None,
        description="ARN of a Secrets Manager secret that holds the keys instead.",
    )
    api_keys_stale_seconds: float = Field(
        default=3600.0,
        ge=300.0,
        le=24 * 3600.0,
        description="Time for which known keys stay valid while Secrets Manager is unreachable, "
        "between 5 minutes and 24 hours.",
    )
    front_secret: str | None = Field(
        default=None,
        description="ARN of a secret that every request must carry in `X-Front-Key`, as the "
        "template's CloudFront distribution sends it. Others get 403.",
    )
    allowed_hosts: HostNames = Field(
        default=frozenset(),
        description="Extra Host names that a server on a loopback address answers to, separated by "
        "spaces or commas. `*` allows every name.",
    )
    allowed_origins: Origins = Field(
        default=frozenset(),
        description="Extra origins whose pages may send uploads to a server on a loopback address "
        "without API keys. `*` allows every origin.",
    )

    # Compatibility
    webp: bool = Field(
        default=False,
        description="Accepts WebP files at `/v1/results` if the request does not set `webp`. All "
        "other routes always accept them. The reference API refuses them.",
    )
    removebg: bool = Field(
        default=True,
        description="Answers clients of remove.bg at `/v1.0/removebg` and `/v1.0/account`.",
    )
    removebg_size: Literal["preview", "medium", "hd", "full", "50MP", "auto"] = Field(
        default="preview",
        description="`size` of a `/v1.0/removebg` request that names none. The default, 0.25 "
        "megapixels, is remove.bg's own.",
    )

    # Answers and page
    base_path: BasePath = Field(
        default="", description="Base path of a custom domain on Lambda, such as `/cutout`."
    )
    cors_origins: Origins = Field(
        default=frozenset({"*"}), description="Origins whose pages may read answers."
    )
    objects: bool = Field(
        default=False,
        description="Adds the picture's size and each object's bounding box to answers, unless the "
        "request sends `objects=false`.",
    )
    compression: Compression = Field(
        default=Compression.BALANCED,
        description="Effort for a PNG; the pixels stay the same. `balanced` costs least on Lambda, "
        "for time and traffic together, `fast` takes the least time, `small` makes the smallest "
        "files.",
    )
    gzip: bool = Field(
        default=True,
        description="Compresses JSON and the page for clients that accept gzip. This saves a "
        "quarter of the traffic of pictures.",
    )
    page: bool = Field(default=True, description="Serves the demo page at `/`.")
    api_page: bool = Field(
        default=True, description="Serves the API page at `/docs`, and `/openapi.json`."
    )

    # Networks
    model: Model = Field(
        default=Model.AUTO,
        description="`auto` runs more networks where they can change the result, `best` always "
        "runs all of them, `fast` never runs the slowest.",
    )
    model_dir: ModelDir = Field(
        default_factory=default_model_dir,
        description="Folder with the network graphs, weights and manifest.",
    )
    threads: int | None = Field(
        default=None, ge=1, le=1024, description="Processor threads that each network uses."
    )

    @model_validator(mode="before")
    @classmethod
    def _keys_from_file(cls, given: dict[str, object]) -> dict[str, object]:
        """Take the keys from their file; reject one without keys, and keys in both places."""
        if not (path := given.get("api_keys_file")):
            return {name: value for name, value in given.items() if name != "api_keys_file"}
        if given.get("api_keys"):
            raise ValueError("Set either CUTOUT_API_KEYS or CUTOUT_API_KEYS_FILE, not both")
        return {**given, "api_keys": read_keys(str(path))}

    @model_validator(mode="after")
    def _bucket_has_keys(self) -> Self:
        """Reject a bucket without credentials: no request to it could be signed."""
        keyed = self.access_key_id and self.secret_access_key
        fetched = self.credentials_url and not self.access_key_id
        if self.bucket_url and not (keyed or fetched):
            raise ValueError(
                "CUTOUT_BUCKET_URL needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
                "AWS_CONTAINER_CREDENTIALS_FULL_URI"
            )
        return self

    def on_lambda(self) -> Self:
        """Return a copy with Lambda's own limits where no others are set."""
        limit = self.max_answer_bytes or LAMBDA_ANSWER_BYTES
        return self.model_copy(update={"max_answer_bytes": limit})

    @property
    def network_threads(self) -> int:
        """Return the threads for one image: at most the vCPUs that the memory size pays for.

        One more would only wait for its share of processor time.
        """
        if self.threads is not None:
            return self.threads
        visible = visible_processors()
        if self.lambda_memory_mb is None:
            return visible
        return min(visible, ceil(self.lambda_memory_mb / LAMBDA_MB_PER_VCPU))


@lru_cache
def get_settings() -> Settings:
    """Return the settings of this process, read at the first call."""
    return Settings()
