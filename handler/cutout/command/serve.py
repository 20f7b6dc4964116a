"""Start the local server: `cutout serve`."""

from collections.abc import Sequence
from contextlib import closing
from importlib.util import find_spec

from cutout.command.errors import CommandError
from cutout.command.serve_parser import build_serve_parser

WEB_PACKAGES = ("fastapi", "python_multipart", "uvicorn")
MISSING = (
    "The server needs packages that are not installed ({}). "
    "Install them: pip install 'cutout-lambda[server]'; "
    "with pipx or uv, install '.[server]' from the checkout"
)


def execute_server(argv: Sequence[str]) -> int:
    """Serve the API until the process is told to end, then return 0.

    Raise `CommandError` if a package, the model or a setting prevents it.
    """
    given = build_serve_parser().parse(argv)
    if missing := [each for each in WEB_PACKAGES if find_spec(each) is None]:
        raise CommandError(MISSING.format(", ".join(missing)))
    _serve(given.host, given.port)
    return 0


def _serve(host: str, port: int) -> None:
    """Start the worker processes first, so that they load the model while the app is imported."""
    from pydantic import ValidationError  # noqa: PLC0415

    from cutout.engine import open_workers  # noqa: PLC0415
    from cutout.segment.model_file import ModelError  # noqa: PLC0415
    from cutout.setting_types import first_problem  # noqa: PLC0415
    from cutout.settings import get_settings  # noqa: PLC0415

    try:
        settings = get_settings()
    except ValidationError as error:
        raise CommandError(first_problem(error)) from error
    with closing(open_workers(settings, settings.concurrency, settings.network_threads)) as workers:
        from cutout.api.app import create_app  # noqa: PLC0415
        from cutout.api.server import serve  # noqa: PLC0415

        try:
            app = create_app(settings, workers)
        except ModelError as error:
            raise CommandError(str(error)) from error
        serve(app, host, port)
