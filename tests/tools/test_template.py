import pytest

from tools.template import load_template, parse_template


def test_short_tags_become_their_long_form() -> None:
    text = 'A: !Ref B\nC: !If [D, !Sub "${E}", !GetAtt F.G]\n'
    assert parse_template(text) == {
        "A": {"Ref": "B"},
        "C": {"If": ["D", {"Sub": "${E}"}, {"GetAtt": "F.G"}]},
    }


def test_a_tagged_mapping_is_refused() -> None:
    with pytest.raises(TypeError, match="!Transform tags a mapping"):
        parse_template("A: !Transform {Name: B}")


def test_tags_cannot_make_python_objects() -> None:
    assert parse_template("A: !!str 1") == {"A": "1"}
    with pytest.raises(Exception, match="could not determine a constructor"):
        parse_template("A: !!python/object/apply:os.getcwd []")


def test_the_projects_own_template_is_the_default() -> None:
    assert "Function" in load_template()["Resources"]
