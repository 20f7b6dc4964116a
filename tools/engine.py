"""Run containers with docker or podman, whichever is installed."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

BASE = "public.ecr.aws/lambda/python:3.13"
PORT = 8080  # the emulator's, in AWS's base image
INVOKE = """
import sys, urllib.request
url = f"http://127.0.0.1:{sys.argv[1]}/2015-03-31/functions/function/invocations"
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
sys.stdout.buffer.write(opener.open(url, sys.stdin.buffer.read(), timeout=300).read())
"""


class EngineError(Exception):
    """Report that containers cannot run here; the message says what to do."""


@dataclass(frozen=True)
class Container:
    """Control a running container."""

    engine: "Engine"
    name: str
    port: int = PORT

    def execute(self, *command: str, given: bytes = b"") -> bytes:
        """Run a command in the container and return what it prints."""
        return self.engine.run("exec", "-i", self.name, *command, given=given)

    def invoke(self, event: dict[str, Any]) -> dict[str, Any]:
        """Return the function's answer, asked from inside, so that no network is needed."""
        answer = self.execute(
            "python3", "-c", INVOKE, str(self.port), given=json.dumps(event).encode()
        )
        found: dict[str, Any] = json.loads(answer)
        if "errorMessage" in found:
            raise EngineError(f"{found['errorMessage']}\n{self.log()}")
        return found

    def log(self) -> str:
        """Return everything written so far."""
        done = self.engine.attempt("logs", self.name)
        return (done.stdout + done.stderr).decode(errors="replace")

    def state(self) -> dict[str, Any]:
        """Return whether it runs, and whether it ran out of memory."""
        found = json.loads(self.engine.run("inspect", self.name))[0]["State"]
        return cast("dict[str, Any]", found)


class Engine:
    """Call the container program of this machine, found by `Engine.find()`."""

    def __init__(self, program: str) -> None:
        """Use the given program."""
        self.program = program

    @classmethod
    def find(cls) -> "Engine":
        """Return $CONTAINER, docker or podman; raise EngineError if none of them answers."""
        names = [os.environ["CONTAINER"]] if os.environ.get("CONTAINER") else ["docker", "podman"]
        for name in filter(shutil.which, names):
            engine = cls(name)
            if engine.attempt("info").returncode == 0:
                return engine
        raise EngineError(
            f"No container engine answers (tried {', '.join(names)}). Install and start docker or "
            "podman, or set DOCKER_HOST to its address."
        )

    def attempt(self, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Run a command and return its outcome, good or bad."""
        return subprocess.run(
            [self.program, *arguments], input=given, capture_output=True, check=False
        )

    def run(self, *arguments: str, given: bytes = b"") -> bytes:
        """Return what a command prints; raise EngineError if it fails."""
        done = self.attempt(*arguments, given=given)
        if done.returncode:
            words = " ".join([self.program, *arguments])[:300]
            raise EngineError(f"{words}\n{done.stderr.decode(errors='replace')}")
        return done.stdout

    def require(self, image: str, advice: str) -> None:
        """Raise EngineError with the advice unless the image is on this machine."""
        if self.attempt("image", "inspect", image).returncode:
            raise EngineError(f"There is no image {image} on this machine. {advice}")

    def inspect(self, image: str) -> dict[str, Any]:
        """Return the metadata of an image."""
        found = json.loads(self.run("image", "inspect", image))[0]
        return cast("dict[str, Any]", found)

    def layers(self, image: str) -> list[str]:
        """Return the digests of the layers, the lowest first."""
        return cast("list[str]", self.inspect(image)["RootFS"]["Layers"])

    def build(self, tag: str, context: Path, *options: str) -> None:
        """Build an image from a folder with a Dockerfile."""
        self.run("build", "--tag", tag, *options, str(context))

    @contextmanager
    def running(
        self, image: str, options: Sequence[str], ports: tuple[int, int] | None = None
    ) -> Iterator[Container]:
        """Yield a container that is removed in the end, even after an error.

        On the host's network the emulator listens on loopback alone, at the first of two `ports`.
        """
        command: list[str] = []
        if ports:
            options = ["--network", "host", *ON_LOOPBACK, *options]
            command = emulator_arguments(ports)
        name = self.run("run", "--detach", *options, image, *command).decode().split()[-1]
        try:
            yield Container(self, name, ports[0] if ports else PORT)
        finally:
            self.attempt("rm", "--force", name)


ON_LOOPBACK = (
    *("--entrypoint", "/usr/local/bin/aws-lambda-rie"),
    *("--env", "_HANDLER=cutout.aws.lambda_handler"),
)
"""What the entry point of AWS's base image does, but for the address."""


def emulator_arguments(ports: tuple[int, int]) -> list[str]:
    """Return the arguments of the emulator's entry point."""
    names = ("--runtime-interface-emulator-address", "--runtime-api-address")
    addresses = (f"127.0.0.1:{port}" for port in ports)
    pairs = zip(names, addresses, strict=True)
    return [*(word for pair in pairs for word in pair), "/var/runtime/bootstrap"]
