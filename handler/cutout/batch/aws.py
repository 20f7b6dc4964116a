"""Handle batches on AWS Lambda: the image's other entry, chosen in `template.yaml`."""

from typing import TYPE_CHECKING

from cutout.engine import Networks
from cutout.lambda_runtime import is_on_lambda, keep_memory, to_stdout
from cutout.settings import get_settings

if TYPE_CHECKING:
    from cutout.batch.batch import Batch


def build_lambda_handler() -> "Batch":
    """Return the handler. The networks load while the rest is imported."""
    if is_on_lambda():
        keep_memory()
    settings = get_settings()
    networks = Networks(settings)

    from cutout.batch.batch import Batch  # noqa: PLC0415
    from cutout.batch.picture import Cutter  # noqa: PLC0415
    from cutout.storage.objects import Objects  # noqa: PLC0415

    handler = Batch(Cutter(networks.pipeline(), Objects(settings)), to_stdout)
    networks.wait()
    return handler


lambda_handler = build_lambda_handler()
"""Answer an SQS event with the messages to deliver again."""
