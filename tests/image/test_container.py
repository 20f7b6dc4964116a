"""The image by itself, held to what Lambda gives it."""

from base64 import b64decode
from functools import lru_cache
from io import BytesIO
from typing import Any

import pytest
import requests
from PIL import Image

from tests.events.answers import Answer, event
from tests.ports import free_ports
from tests.s3 import S3Server
from tests.samples import PHOTOS, jpeg
from tools.engine import Container, Engine
from tools.events.gateway import payload_v2
from tools.events.samples import post_file

pytestmark = pytest.mark.image

SIDE = 4096
SANDBOX = "993:990"  # Lambda's own user, to whom nothing in the image belongs
THREADS = "import numpy, os; print(len(os.listdir('/proc/self/task')))"
LEAST_MB = 1024  # the template's MinValue


def limits(memory_mb: int, cpus: float) -> list[str]:
    """Lambda's file system, memory and processors."""
    return [
        *("--read-only", "--tmpfs", "/tmp", "--user", SANDBOX),  # noqa: S108
        *("--memory", f"{memory_mb}m", "--memory-swap", f"{memory_mb}m", "--cpus", str(cpus)),
        *("--env", f"AWS_LAMBDA_FUNCTION_MEMORY_SIZE={memory_mb}"),
        *("--env", "AWS_LAMBDA_FUNCTION_TIMEOUT=300", "--env", "CUTOUT_GATEWAY_SECONDS=300"),
    ]


@lru_cache
def large_photo() -> bytes:
    """A photo of the largest size, in a file that fits a request."""
    photo = Image.open(PHOTOS / "astronaut.jpg")
    return jpeg(photo.resize((SIDE, SIDE), Image.Resampling.BICUBIC), quality=80)


def large(query: str) -> dict[str, Any]:
    """The event of it, sent now."""
    found = payload_v2(post_file(large_photo(), "large.jpg", "image/jpeg", query=query))
    del found["requestContext"]["timeEpoch"]
    return found


def assert_alive(container: Container) -> None:
    """It still answers, and the kernel has killed nothing."""
    assert Answer(container.invoke(event("version.json"))).status == 200, container.log()
    state = container.state()
    assert state["Running"], container.log()
    assert not state["OOMKilled"], "out of memory"


@pytest.mark.parametrize(("memory", "cpus"), [(1769, 1.0), (LEAST_MB, 0.58)])
def test_the_largest_picture_fits_without_a_network(
    engine: Engine, image: str, memory: int, cpus: float
) -> None:
    options = [*limits(memory, cpus), "--network", "none"]
    with engine.running(image, options) as container:
        mask = Answer(container.invoke(large("mode=fg-mask")))
        assert mask.result["status"]["code"] == "ok", container.log()
        assert mask.image.size == (SIDE, SIDE)
        for mode in ("fg-image", "fg-image-shadow"):
            result = Answer(container.invoke(large(f"mode={mode}"))).result
            assert "too large" in result["status"]["message"], "no bucket could take it"
        assert_alive(container)


@pytest.mark.parametrize(("memory", "cpus"), [(1769, 1.0), (LEAST_MB, 0.58)])
def test_the_largest_cut_out_is_served_through_the_bucket(
    engine: Engine, image: str, s3: S3Server, memory: int, cpus: float
) -> None:
    variables = [word for pair in s3.environment.items() for word in ("--env", "=".join(pair))]
    first, second = free_ports(2)
    options = [*limits(memory, cpus), *variables]
    with engine.running(image, options, (first, second)) as container:
        for _ in range(2):
            answer = Answer(container.invoke(large("mode=fg-image")))
            assert answer.status == 303, answer.text[:300]
            reply = requests.get(answer.headers["location"], timeout=60)
            (result,) = reply.json()["results"]
            cut_out = Image.open(BytesIO(b64decode(result["entities"][0]["image"])))
            assert (cut_out.mode, cut_out.size) == ("RGBA", (SIDE, SIDE))
        assert_alive(container)


def test_numpy_has_one_thread(engine: Engine, image: str) -> None:
    """A second one would wait busily, in the share of the processors that is paid for."""
    with engine.running(image, [*limits(1769, 1.0), "--network", "none"]) as container:
        assert container.execute("python3", "-c", THREADS).strip() == b"1"


def test_the_file_system_is_read_only(engine: Engine, image: str) -> None:
    """Else the other tests prove nothing."""
    with engine.running(image, [*limits(1769, 1.0), "--network", "none"]) as container:
        done = engine.attempt("exec", container.name, "touch", "/var/task/x")
        assert done.returncode != 0
        assert b"Read-only" in done.stderr
        assert_alive(container)
