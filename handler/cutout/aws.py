"""AWS Lambda's entry: an adapter around the app, made once at cold start."""

from typing import TYPE_CHECKING

from cutout.refine.edges import EdgeRefiner
from cutout.segment.network import Network
from cutout.settings import get_settings

if TYPE_CHECKING:
    from cutout.api.gateway import LambdaHandler


def build_lambda_handler() -> "LambdaHandler":
    """The app behind Mangum; the model loads while the web framework is imported."""
    settings = get_settings().on_lambda()
    network = Network(settings.model_dir, settings.model, settings.network_threads)
    edges = EdgeRefiner(settings.model_dir, settings.network_threads)

    from cutout.api.app import build_app  # noqa: PLC0415
    from cutout.api.gateway import build_handler  # noqa: PLC0415
    from cutout.pipeline import Pipeline  # noqa: PLC0415
    from cutout.storage.bucket import open_bucket  # noqa: PLC0415

    pipeline = Pipeline(settings, network, open_bucket(settings), edges)
    handler = build_handler(build_app(pipeline), pipeline.overran)
    network.wait()
    edges.wait()
    return handler


lambda_handler = build_lambda_handler()
"""An API Gateway event, payload format 1.0 or 2.0, to its answer."""
