"""The local server: ``python -m cutout``."""

import sys
from argparse import ArgumentParser


def main() -> None:
    """Serve on loopback unless told otherwise. Pictures are worked on in processes of their own,
    which import this module again: it imports nothing else until it is run."""
    parser = ArgumentParser(prog="python -m cutout", description="Serve the API on this machine.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    arguments = parser.parse_args()

    from pydantic import ValidationError  # noqa: PLC0415

    from cutout.engine import open_workers  # noqa: PLC0415
    from cutout.segment.model_file import ModelError  # noqa: PLC0415
    from cutout.settings import first_problem, get_settings  # noqa: PLC0415

    try:
        settings = get_settings()
    except ValidationError as error:
        sys.exit(first_problem(error))
    workers = open_workers(settings, settings.concurrency, settings.network_threads)

    from cutout.api.app import create_app  # noqa: PLC0415  # while the model is loaded
    from cutout.api.server import serve  # noqa: PLC0415

    try:
        app = create_app(settings, workers)
    except ModelError as error:
        sys.exit(str(error))
    serve(app, arguments.host, arguments.port)


if __name__ == "__main__":
    main()
