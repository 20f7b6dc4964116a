"""The template for `sam local start-api`: ``python -m tools.local_template`` after `sam build`.

A real HTTP API hands every body that is no text to the function in base64. SAM's local one does so
only for media types that the template declares, and else breaks every upload; HTTP APIs have no
such property, but SAM reads it from an API definition. So that is all that is added here.
"""

import sys
from pathlib import Path

BUILT = Path(".aws-sam/build/template.yaml")
NAME = "local.yaml"
API = "    Type: AWS::Serverless::HttpApi\n    Properties:\n"
DEFINITION = """\
      DefinitionBody:
        openapi: 3.0.1
        info: {title: local, version: "1"}
        paths: {}
        x-amazon-apigateway-binary-media-types: ["*/*"]
"""


def with_binary_bodies(template: str) -> str:
    """The template's text with that addition; raises where there isn't one HTTP API."""
    before, found, after = template.partition(API)
    if not found or API in after:
        raise ValueError(
            "the template must have one AWS::Serverless::HttpApi with Properties first"
        )
    return before + API + DEFINITION + after


def write(built: Path) -> Path:
    """Beside the built template, because that names its images."""
    target = built.with_name(NAME)
    target.write_text(with_binary_bodies(built.read_text()))
    return target


def main() -> None:
    built = Path(sys.argv[1]) if len(sys.argv) > 1 else BUILT
    if not built.exists():
        sys.exit(f"There is no {built}: run sam build first.")
    print(write(built))


if __name__ == "__main__":
    main()
