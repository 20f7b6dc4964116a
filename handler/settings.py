"""Policy in one place: every limit and every switch, read once from the environment."""

import os
from functools import lru_cache
from math import ceil
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

MIB = 1024 * 1024
LAMBDA_MB_PER_VCPU = 1769  # AWS Lambda: memory buys processor time, 1,769 MB is one vCPU


class Settings(BaseSettings):
    """Environment variables with the prefix ``CUTOUT_`` override each field, e.g.
    ``CUTOUT_DOWNLOAD_SECONDS=5``."""

    model_config = SettingsConfigDict(env_prefix="CUTOUT_", frozen=True)

    max_request_bytes: int = Field(
        default=32 * MIB, description="A larger request body answers 413."
    )
    max_file_bytes: int = Field(default=16 * MIB, description="A picture's file must be smaller.")
    max_side: int = Field(default=4096, description="Longest width and height, in pixels.")
    max_pixels: int = Field(
        default=178_956_970, description="Above it the size is not even quoted."
    )

    download_seconds: float = Field(default=10.0, description="From first look-up to last byte.")
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

    model_dir: Path = Path(__file__).resolve().parent.parent / "model"
    threads: int | None = Field(
        default=None, ge=1, description="Network threads; default: the vCPUs."
    )
    concurrency: int = Field(default=1, ge=1, description="Pictures in work at once.")
    lambda_memory_mb: int | None = Field(
        default=None,
        validation_alias="AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        description="Set by Lambda.",
    )

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


@lru_cache
def get_settings() -> Settings:
    """The process's settings."""
    return Settings()
