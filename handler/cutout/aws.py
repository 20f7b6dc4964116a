"""Handle HTTP on AWS Lambda: an adapter around the app, made once at cold start."""

from typing import TYPE_CHECKING

from cutout.engine import Networks
from cutout.settings import get_settings

if TYPE_CHECKING:
    from cutout.api.gateway import LambdaHandler


def build_lambda_handler() -> "LambdaHandler":
    """Return the handler. The networks load while the web framework is imported."""
    settings = get_settings().on_lambda()
    networks = Networks(settings)

    from cutout.api.app import build_app  # noqa: PLC0415
    from cutout.api.gateway import build_handler  # noqa: PLC0415
    from cutout.storage.bucket import open_bucket  # noqa: PLC0415

    pipeline = networks.pipeline(open_bucket(settings))
    handler = build_handler(build_app(pipeline), pipeline.overran, settings.base_path)
    networks.wait()
    return handler


lambda_handler = build_lambda_handler()
"""Answer an API Gateway event of payload format 1.0 or 2.0."""
