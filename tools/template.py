"""Read `template.yaml` as data, with CloudFormation's short tags."""

from pathlib import Path
from typing import Any

import yaml

TEMPLATE = Path(__file__).resolve().parent.parent / "template.yaml"

Loader: Any = type("Loader", (yaml.SafeLoader,), {})
"""Safe loader that reads `!Ref X` as ``{"Ref": "X"}``, `!Sub`, `!If` and the others alike."""


def _tagged(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> dict[str, Any]:
    """Return the value of a tagged scalar or list under the tag's name."""
    if isinstance(node, yaml.ScalarNode):
        return {tag: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {tag: loader.construct_sequence(node, deep=True)}
    raise TypeError(f"!{tag} tags a mapping. Tag a scalar or a list.")


Loader.add_multi_constructor("!", _tagged)


def parse_template(text: str) -> dict[str, Any]:
    """Return the template as nested dicts and lists; raise `yaml.YAMLError` for other text."""
    found: dict[str, Any] = yaml.load(text, Loader)  # noqa: S506  # a safe loader with tags
    return found


def load_template(path: Path = TEMPLATE) -> dict[str, Any]:
    """Return the template in a file, by default this project's."""
    return parse_template(path.read_text())
