"""The batch function without the network, for the emulator."""

from handler.batch.batch import Batch
from handler.batch.picture import Cutter
from handler.pipeline import Pipeline
from handler.record import to_stdout
from handler.settings import get_settings
from handler.storage.objects import Objects
from tests.e2e.segmenter import nearly_everything

settings = get_settings()
lambda_handler = Batch(Cutter(Pipeline(settings, nearly_everything), Objects(settings)), to_stdout)
