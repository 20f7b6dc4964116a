"""AWS Lambda's entry: an adapter around the app, made once at cold start."""

from binascii import Error as Base64Error
from typing import TYPE_CHECKING, Any

from handler.gateway import without_ports
from handler.segment.isnet import ISNet
from handler.settings import get_settings

if TYPE_CHECKING:
    from mangum import Mangum

MALFORMED = {
    "statusCode": 400,
    "headers": {"content-type": "text/plain"},
    "body": "The body is not base64.",
    "isBase64Encoded": False,
}


def build_adapter() -> "Mangum":
    """The app behind Mangum; the model loads while the web framework is imported."""
    settings = get_settings()
    isnet = ISNet(settings.model_dir, settings.network_threads)

    from mangum import Mangum  # noqa: PLC0415

    from handler.app import build_app  # noqa: PLC0415
    from handler.pipeline import Pipeline  # noqa: PLC0415

    app = build_app(Pipeline(settings, isnet))
    isnet.wait()
    return Mangum(app, lifespan="off")


adapter = build_adapter()


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401
    """An API Gateway event, payload format 1.0 or 2.0, to its answer."""
    try:
        return adapter(without_ports(event), context)
    except Base64Error:
        return MALFORMED
