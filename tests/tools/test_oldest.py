import pytest

from tests.local_server import ROOT
from tools.oldest import oldest


def project(*requirements: str) -> str:
    """Return the text of a `pyproject.toml`."""
    server = '[project.optional-dependencies]\nserver = ["fastapi>=0.165"]\n'
    return f"[project]\ndependencies = {list(requirements)}\n{server}"


def test_minimums_become_pins() -> None:
    found = oldest(project("numpy>=2.0", "zlib-ng>=1.0.1"))
    assert found == ["numpy==2.0", "zlib-ng==1.0.1", "fastapi>=0.165"]


@pytest.mark.parametrize("requirement", ["numpy", "numpy==2.0", "numpy>=2.0,<3", "numpy>=2.0b1"])
def test_other_forms_are_refused(requirement: str) -> None:
    with pytest.raises(ValueError, match=requirement[:5]):
        oldest(project(requirement))


def test_the_projects_own_requirements_have_minimums() -> None:
    found = oldest((ROOT / "pyproject.toml").read_text())
    assert "requests-toolbelt==1.0" in found
    assert len(found) > 5
