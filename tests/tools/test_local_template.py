from pathlib import Path

import pytest

from tools.local_template import DEFINITION, main, with_binary_bodies, write

ROOT = Path(__file__).resolve().parents[2]


def test_nothing_but_the_definition_is_added() -> None:
    template = (ROOT / "template.yaml").read_text()
    changed = with_binary_bodies(template)
    assert "*/*" in DEFINITION
    assert changed.replace(DEFINITION, "") == template
    assert changed.index("DefinitionBody") < changed.index("StageName: $default")


def test_it_lies_beside_the_built_one(tmp_path: Path) -> None:
    built = tmp_path / "template.yaml"
    built.write_text((ROOT / "template.yaml").read_text())
    assert write(built).parent == tmp_path
    assert built.read_text() == (ROOT / "template.yaml").read_text()


@pytest.mark.parametrize("times", [0, 2])
def test_a_template_that_it_does_not_know_is_refused(times: int) -> None:
    api = "  Api:\n    Type: AWS::Serverless::HttpApi\n    Properties:\n      StageName: a\n"
    with pytest.raises(ValueError, match="one AWS::Serverless::HttpApi"):
        with_binary_bodies(api * times)


def test_without_a_build_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["local_template", str(tmp_path / "template.yaml")])
    with pytest.raises(SystemExit, match="sam build first"):
        main()
