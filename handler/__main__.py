"""The local server: ``python -m handler``."""

from argparse import ArgumentParser

import uvicorn

from handler.app import create_app
from handler.settings import get_settings


def main() -> None:
    """Serves on loopback unless told otherwise."""
    parser = ArgumentParser(prog="python -m handler", description="Serve the API on this machine.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    arguments = parser.parse_args()
    uvicorn.run(create_app(get_settings()), host=arguments.host, port=arguments.port)


if __name__ == "__main__":
    main()
