"""Imports between the package's modules lead downwards only, and no file is long."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.local_server import ROOT

SOURCE = ROOT / "handler"
PACKAGE = SOURCE / "cutout"

LAYERS = (
    ("__main__", "aws", "batch.aws", "command.batch", "command.main", "command.serve"),
    ("api", "batch", "command", "library", "page"),
    ("engine",),
    ("pipeline",),
    ("work",),
    ("workers",),
    ("fetch", "decode", "segment", "refine", "compose", "encode", "access"),
    ("backdrop", "quality", "storage"),
    ("aws_credentials",),
    ("net", "lambda_runtime", "gzipped"),
    ("layout_options", "request"),
    ("arrays", "options", "pictures", "settings", "timing"),
    ("aws_settings", "layout"),
    ("setting_types",),
    ("choices", "colours", "errors", "key_text", "request_errors", "signals"),
)
"""From the top. A module belongs to the longest name that it begins with."""
SIDEWAYS = {"batch": "api.results"}
"""Imports between packages of the topmost layer: a failed picture of a batch has the API's JSON."""
WEB = ("fastapi", "starlette", "mangum", "uvicorn")


def modules() -> dict[str, Path]:
    """Return the path of every module of the package, by its name below `cutout`."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(parts).removesuffix("__init__").rstrip(".")] = path
    del found[""]  # the package itself, which imports the library when it is asked for `cut_out`
    return found


MODULES = modules()


@cache
def imported(path: Path) -> tuple[str, ...]:
    """Return the modules that a file imports, wherever in it, by their names below `cutout`."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.removeprefix("cutout.") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path} has a relative import"
            base = f"{node.module}.".removeprefix("cutout.").rstrip(".")
            for alias in node.names:
                whole = f"{base}.{alias.name}".lstrip(".")
                yield whole if whole in MODULES else base


def layer(module: str) -> int:
    """Return the number of the module's layer, 0 for the top."""
    fits = {
        name: number
        for number, names in enumerate(LAYERS)
        for name in names
        if f"{module}.".startswith(f"{name}.")
    }
    assert fits, f"{module} belongs to no layer"
    return fits[max(fits, key=len)]


@pytest.mark.parametrize("module", sorted(MODULES))
def test_no_module_imports_from_a_layer_above(module: str) -> None:
    below = {each for each in imported(MODULES[module]) if each in MODULES}
    assert not {each for each in below if layer(each) < layer(module)}


@pytest.mark.parametrize("module", [each for each in MODULES if layer(each) == 1])
def test_packages_at_the_top_know_nothing_of_each_other(module: str) -> None:
    own = module.partition(".")[0]
    others = {each for each in imported(MODULES[module]) if each in MODULES and layer(each) == 1}
    strange = {each for each in others if each.partition(".")[0] != own}
    assert strange <= {SIDEWAYS.get(own)}


@pytest.mark.parametrize("module", sorted(MODULES))
def test_only_the_api_knows_the_web_framework(module: str) -> None:
    roots = {each.partition(".")[0] for each in imported(MODULES[module])}
    assert module.startswith("api.") or roots.isdisjoint(WEB)


def loaded_after(program: str, modules: tuple[str, ...] = WEB) -> str:
    """Return those of the modules that a program has loaded, as it prints them."""
    text = f"import sys\n{program}\nprint([each for each in {modules} if each in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", text], cwd=SOURCE, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.mark.parametrize("module", ["batch.batch", "command.run", "pipeline", "api.service"])
def test_what_needs_no_web_framework_loads_none(module: str) -> None:
    assert loaded_after(f"import cutout.{module}") == "[]"


OF_SOME_REQUESTS = ("urllib3", "certifi", "requests", "PIL.ImageDraw")


def test_a_cold_start_on_lambda_leaves_out_what_most_requests_need_not() -> None:
    bucket = {"bucket_url": "https://bucket.s3.us-east-1.amazonaws.com"}
    program = (
        "from cutout.settings import Settings\n"
        "from cutout.storage.bucket import open_bucket\n"
        f"assert open_bucket(Settings().model_copy(update={bucket}))\n"
        "import cutout.aws"
    )
    assert loaded_after(program, OF_SOME_REQUESTS) == "[]"


def test_no_file_has_more_than_300_lines() -> None:
    """As CONTRIBUTING asks. Folders of packages and results are not ours."""
    folders = ("handler", "clients", "model", "benchmarks", "evaluation", "tools", "tests")
    files = [
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".js", ".ts", ".css", ".html"}
        and "node_modules" not in path.parts
    ]
    assert SOURCE / "cutout" / "settings.py" in files
    assert [path for path in files if len(path.read_text().splitlines()) > 300] == []
