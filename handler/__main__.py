"""The local server: ``python -m handler``."""

import sys
from argparse import ArgumentParser

import uvicorn

from handler.app import create_app
from handler.segment.model_file import ModelError
from handler.settings import get_settings


def main() -> None:
    """Serves on loopback unless told otherwise."""
    parser = ArgumentParser(prog="python -m handler", description="Serve the API on this machine.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    arguments = parser.parse_args()
    try:
        app = create_app(get_settings())
    except ModelError as error:
        sys.exit(str(error))
    # a line for each request is the app's own matter: uvicorn's would hold queries
    uvicorn.run(app, host=arguments.host, port=arguments.port, access_log=False)


if __name__ == "__main__":
    main()
