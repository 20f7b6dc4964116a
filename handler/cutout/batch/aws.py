"""AWS Lambda's entry for batches: the image's other handler, chosen in `template.yaml`."""

from typing import TYPE_CHECKING

from cutout.refine.edges import EdgeRefiner
from cutout.segment.network import Network
from cutout.settings import get_settings

if TYPE_CHECKING:
    from cutout.batch.batch import Batch


def build_lambda_handler() -> "Batch":
    """The model loads while the rest is imported."""
    settings = get_settings()
    network = Network(settings.model_dir, settings.model, settings.network_threads)
    edges = EdgeRefiner(settings.model_dir, settings.network_threads)

    from cutout.batch.batch import Batch  # noqa: PLC0415
    from cutout.batch.picture import Cutter  # noqa: PLC0415
    from cutout.lambda_runtime import to_stdout  # noqa: PLC0415
    from cutout.pipeline import Pipeline  # noqa: PLC0415
    from cutout.storage.bucket import Objects  # noqa: PLC0415

    pipeline = Pipeline(settings, network, sharpen=edges)
    handler = Batch(Cutter(pipeline, Objects(settings)), to_stdout)
    network.wait()
    edges.wait()
    return handler


lambda_handler = build_lambda_handler()
"""An event of SQS to the messages that are to come again."""
