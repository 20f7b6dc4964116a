"""The batch function without the network, for the emulator."""

from cutout.batch.batch import Batch
from cutout.batch.picture import Cutter
from cutout.lambda_runtime import to_stdout
from cutout.pipeline import Pipeline
from cutout.settings import get_settings
from cutout.storage.objects import Objects
from tests.e2e.segmenter import nearly_everything

settings = get_settings()
lambda_handler = Batch(Cutter(Pipeline(settings, nearly_everything), Objects(settings)), to_stdout)
