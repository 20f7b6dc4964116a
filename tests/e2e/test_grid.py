"""Every size, kind, mode, source and representation, file by file what the local server gives."""

from hashlib import md5
from itertools import product
from typing import Any

import pytest

from cutout.choices import Mode
from cutout.refine.edges import EdgeRefiner
from cutout.segment.network import Network
from cutout.settings import Settings
from tests.e2e.client import LocalServer, png_of, post, result_of
from tests.e2e.gateway import Gateway
from tests.e2e.photos import PICTURES, photo
from tests.fetch.servers import answer, serving
from tests.shown import shown


@pytest.fixture(scope="module")
def local_with_network(tmp_path_factory: pytest.TempPathFactory) -> LocalServer:
    settings = Settings()
    edges = EdgeRefiner(settings.model_dir, 2)
    folder = tmp_path_factory.mktemp("local")
    return LocalServer(Network(settings.model_dir, settings.model, 2), folder, edges)


def check_every_way(gateway: Gateway, local: LocalServer, content: bytes, mode: str) -> None:
    """As a file and as an address, in the answer and as a link."""
    png = local.png(content, mode)
    with serving(answer(content)) as server:
        sources: list[dict[str, Any]] = [
            {"files": {"image": ("a.jpg", content)}},
            {"data": {"url": server.url("/a.jpg")}},
        ]
        for source, representation in product(sources, ["base64", "url"]):
            params = {"mode": mode, "representation": representation}
            result = result_of(post(gateway, params=params, **source))
            what = f"{mode} of {list(source)} as {representation}"
            assert result["name"] == "a.jpg", what
            assert result["md5"] == md5(content, usedforsecurity=False).hexdigest(), what
            made = png_of(result)
            assert made == png or shown(made) == shown(png), what  # equal files need no decoding


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("kind", PICTURES)
@pytest.mark.parametrize("side", [512, 2048, 4096])
def test_the_grid(api: Gateway, local: LocalServer, side: int, kind: str, mode: Mode) -> None:
    check_every_way(api, local, PICTURES[kind](side), mode)


@pytest.mark.parametrize(
    ("side", "mode"), [(512, "fg-mask"), (2048, "fg-image"), (4096, "fg-image-shadow")]
)
def test_the_grid_with_the_network(
    deployed: Gateway, local_with_network: LocalServer, side: int, mode: str
) -> None:
    check_every_way(deployed, local_with_network, photo(side), mode)
