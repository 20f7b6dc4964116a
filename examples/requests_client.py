"""Send a picture to the API with requests and save the cut-out. The key is in CUTOUT_KEY."""

import os
import sys
from base64 import b64decode
from pathlib import Path

import requests

USAGE = "usage: python requests_client.py https://HOST PICTURE|URL CUT-OUT.png [MODE]"


def main(api: str, source: str, target: str, mode: str = "fg-image") -> None:
    """Write the cut-out of `source`, a file or a URL, to `target`."""
    is_url = "://" in source
    answer = requests.post(
        f"{api}/v1/results",
        params={"mode": mode},
        headers={"X-API-KEY": os.environ.get("CUTOUT_KEY", "")},
        data={"url": source} if is_url else None,
        files=None if is_url else {"image": (Path(source).name, Path(source).read_bytes())},
        timeout=60,
    )
    if answer.status_code != 200:  # 401, 413, 422, 429, 503; a 303 has been followed
        sys.exit(f"{answer.status_code}: {answer.text}")
    result = answer.json()["results"][0]
    if result["status"]["code"] != "ok":
        sys.exit(result["status"]["message"])
    Path(target).write_bytes(b64decode(result["entities"][0]["image"]))


if __name__ == "__main__":
    if len(sys.argv) not in {4, 5}:
        print(USAGE, file=sys.stderr)
        sys.exit(2)
    main(*sys.argv[1:])
