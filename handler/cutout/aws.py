"""Handle HTTP on AWS Lambda: an adapter around the app, made once at cold start."""

import asyncio
import random
from functools import partial
from typing import TYPE_CHECKING

from cutout.engine import Networks
from cutout.lambda_runtime import after_restore, before_snapshot, is_on_lambda, keep_memory
from cutout.settings import get_settings

if TYPE_CHECKING:
    from cutout.api.gateway import LambdaHandler


def build_lambda_handler() -> "LambdaHandler":
    """Return the handler. The networks load while the web framework is imported.

    Under SnapStart, a picture is processed before the snapshot is taken. After each restore,
    everything that instances must not share is renewed: random numbers and the event loop here,
    credentials and secrets where they are held. Connections last for one call, and deadlines and
    identifiers are made for each request.
    """
    if is_on_lambda():
        keep_memory()
    settings = get_settings().on_lambda()
    networks = Networks(settings)

    from cutout.api.app import build_app  # noqa: PLC0415
    from cutout.api.gateway import build_handler  # noqa: PLC0415
    from cutout.storage.bucket import open_bucket  # noqa: PLC0415

    pipeline = networks.pipeline(open_bucket(settings))
    handler = build_handler(build_app(pipeline), pipeline.overran, settings.base_path)
    networks.wait()
    before_snapshot(partial(warm_up, networks))
    after_restore(make_afresh)
    return handler


def warm_up(networks: Networks) -> None:
    """Process a picture, and import what an ordinary cold start leaves to the first request."""
    import cutout.fetch.download  # noqa: PLC0415
    import cutout.storage.transfer  # noqa: F401, PLC0415

    networks.warm_up()


def make_afresh() -> None:
    """Replace what instances must not share: random numbers, and the sockets of the event loop."""
    random.seed()
    try:
        shared = asyncio.get_event_loop()
    except RuntimeError:  # there is none, as in a process that Python 3.14 has forked
        shared = None
    if shared is not None:
        shared.close()
    asyncio.set_event_loop(asyncio.new_event_loop())


lambda_handler = build_lambda_handler()
"""Answer an API Gateway event of payload format 1.0 or 2.0."""
