"""AWS Lambda's entry: an adapter around the app, made once at cold start."""

from mangum import Mangum

from handler.app import create_app
from handler.settings import get_settings

lambda_handler = Mangum(create_app(get_settings()), lifespan="off")
