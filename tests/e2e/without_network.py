"""The function without the network; everything else is real. Only the runtime imports this, since
it makes an adapter for Lambda."""

from cutout.api.app import build_app
from cutout.api.gateway import build_handler
from cutout.pipeline import Pipeline
from cutout.settings import get_settings
from cutout.storage.bucket import open_bucket
from tests.e2e.segmenter import nearly_everything

settings = get_settings().on_lambda()
pipeline = Pipeline(settings, nearly_everything, open_bucket(settings))
lambda_handler = build_handler(build_app(pipeline), pipeline.overran)
