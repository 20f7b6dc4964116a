"""Send 8 x 25 requests to the local server: `python -m benchmarks.load`.

It reports whether each answer belongs to its own picture, and how much the peak of the memory grew
after the first 100.
"""

import sys
from base64 import b64decode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import md5
from io import BytesIO
from threading import Lock

import requests
from PIL import Image

from tests.local_server import LocalServer
from tests.samples import gradient, jpeg

CLIENTS, EACH, WARM_UP = 8, 25, 100
SECONDS = 300


@dataclass
class Outcome:
    """Hold the result of all requests together."""

    answered: int = 0
    wrong: list[str] = field(default_factory=list)
    resident_kb: list[int] = field(default_factory=list)

    @property
    def growth(self) -> float:
        """Return the memory's peak in the second half over that in the first.

        From one request to the next, memory goes up and down by a fifth, as bodies come and go.
        """
        first, second = self.resident_kb[:WARM_UP], self.resident_kb[WARM_UP:]
        return max(second) / max(first) - 1


def picture(client: int, number: int) -> bytes:
    """Return a request's own picture; sizes repeat every fifth time."""
    image = gradient(400 + 150 * (number % 5), 300 + 100 * client)
    return jpeg(image, comment=b"%d, %d" % (client, number))


def complaint(content: bytes, reply: requests.Response) -> str | None:
    """Return the error in the answer to `content`, or None."""
    if reply.status_code != 200:
        return f"{reply.status_code} {reply.text[:200]}"
    (result,) = reply.json()["results"]
    if result["md5"] != md5(content, usedforsecurity=False).hexdigest():
        return "the answer to another picture"
    if result["status"]["code"] != "ok":
        return str(result["status"]["message"])
    made = Image.open(BytesIO(b64decode(result["entities"][0]["image"])))
    return None if made.size == Image.open(BytesIO(content)).size else "of another size"


def load(url: str, resident_kb: Callable[[], int], each: int = EACH) -> Outcome:
    """Run all clients at once, and let each send `each` requests."""
    outcome, lock = Outcome(), Lock()

    def one_client(client: int) -> None:
        with requests.Session() as session:
            session.trust_env = False
            for number in range(each):
                content = picture(client, number)
                files = {"image": content}
                reply = session.post(f"{url}/v1/results", files=files, timeout=SECONDS)
                wrong = complaint(content, reply)
                with lock:
                    outcome.answered += 1
                    outcome.resident_kb.append(resident_kb())
                    outcome.wrong += [wrong] if wrong else []

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(one_client, range(CLIENTS)))
    return outcome


def main() -> None:
    """Print the outcome; exit with the complaints if there are any."""
    with LocalServer("cutout", "serve") as server:
        outcome = load(server.url, server.resident_kb)
    print(
        f"{outcome.answered} answered, {len(outcome.wrong)} wrong; "
        f"peak memory {max(outcome.resident_kb) / 1024:.0f} MB, "
        f"{outcome.growth:+.1%} after {WARM_UP} requests"
    )
    if outcome.wrong or outcome.answered != CLIENTS * EACH:
        sys.exit("\n".join(outcome.wrong))


if __name__ == "__main__":
    main()
