"""The sample events, the handler called with one in this process, and its answer read."""

import asyncio
import json
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, cast

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
EVENTS = ROOT / "events"
EXPECTED: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "expected.json").read_text()
)


@lru_cache
def event(name: str) -> dict[str, Any]:
    """The sample event in a file of `events/`."""
    return cast("dict[str, Any]", json.loads((EVENTS / name).read_text()))


@dataclass(frozen=True)
class Answer:
    """Hold the function's answer to API Gateway."""

    raw: dict[str, Any]

    @property
    def status(self) -> int:
        return cast("int", self.raw["statusCode"])

    @property
    def headers(self) -> dict[str, str]:
        """Payload 1.0 answers may carry every header as a list."""
        several = self.raw.get("multiValueHeaders") or {}
        return {name: ",".join(values) for name, values in several.items()} | (
            self.raw.get("headers") or {}
        )

    @property
    def text(self) -> str:
        body: str = self.raw.get("body") or ""
        return b64decode(body).decode() if self.raw["isBase64Encoded"] else body

    @property
    def result(self) -> dict[str, Any]:
        (result,) = json.loads(self.text)["results"]
        return cast("dict[str, Any]", result)

    @property
    def image(self) -> Image.Image:
        """The picture of a success, decoded."""
        image = Image.open(BytesIO(b64decode(self.result["entities"][0]["image"])))
        assert image.format == "PNG"
        image.load()
        return image


def call_here(wanted: dict[str, Any]) -> Answer:
    """Calls the Lambda handler in this process."""
    with event_loop():
        # Importing it loads the model, so that happens when it is first called.
        from cutout.aws import lambda_handler  # noqa: PLC0415

        return Answer(lambda_handler(wanted, cast("Any", None)))


@contextmanager
def event_loop() -> Iterator[None]:
    """Mangum runs the app on the thread's current loop. Lambda's process has one from Mangum's own
    start-up; here other tests may have taken it away."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        yield
    finally:
        asyncio.set_event_loop(None)
        loop.close()


@lru_cache
def answer_here(name: str) -> Answer:
    """The answer to a sample event, worked out once."""
    return call_here(event(name))


def assert_as_expected(name: str, answer: Answer) -> None:
    """Compares an answer with the table's row for its event."""
    expected = EXPECTED[name]
    assert answer.status == expected["status"]
    if "code" not in expected:
        return
    result = answer.result
    assert result["status"]["code"] == expected["code"]
    if "message" in expected:
        assert result["status"]["message"] == expected["message"]
    if expected["code"] == "failure":
        assert result["entities"] == []
    else:
        assert result["entities"][0]["name"] == expected["entity"]
