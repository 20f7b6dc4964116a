"""Send a picture to the API with aiohttp and save the cut-out. The key is in CUTOUT_KEY."""

import asyncio
import os
import sys
from base64 import b64decode
from pathlib import Path

import aiohttp

USAGE = "usage: python aiohttp_client.py https://HOST PICTURE|URL CUT-OUT.png [MODE]"


def form_of(source: str) -> aiohttp.FormData:
    """Return the form for a file or a URL."""
    form = aiohttp.FormData()
    if "://" in source:
        form.add_field("url", source)
    else:
        form.add_field("image", Path(source).read_bytes(), filename=Path(source).name)
    return form


async def cut_out(api: str, form: aiohttp.FormData, mode: str) -> bytes:
    """Return the cut-out of a form's picture, or exit with the API's message."""
    headers = {"X-API-KEY": os.environ.get("CUTOUT_KEY", "")}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(f"{api}/v1/results", params={"mode": mode}, data=form) as answer,
    ):
        if answer.status != 200:  # 401, 413, 422, 429, 503; a 303 has been followed
            sys.exit(f"{answer.status}: {await answer.text()}")
        result = (await answer.json())["results"][0]
    if result["status"]["code"] != "ok":
        sys.exit(result["status"]["message"])
    return b64decode(result["entities"][0]["image"])


def main(api: str, source: str, target: str, mode: str = "fg-image") -> None:
    """Write the cut-out of `source`, a file or a URL, to `target`."""
    Path(target).write_bytes(asyncio.run(cut_out(api, form_of(source), mode)))


if __name__ == "__main__":
    if len(sys.argv) not in {4, 5}:
        print(USAGE, file=sys.stderr)
        sys.exit(2)
    main(*sys.argv[1:])
