"""Write the template for `sam local start-api`: ``python -m tools.local_template``.

Run it after `sam build`.

A real HTTP API encodes every binary body in base64. SAM's local one does so only for media types
that the template declares, and breaks other uploads. HTTP APIs have no property for them, but SAM
reads them from an API definition, so that definition is added here.
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
    """Return the template's text with the definition; raise ValueError unless it has one API."""
    before, found, after = template.partition(API)
    if not found or API in after:
        raise ValueError(
            "the template must have one AWS::Serverless::HttpApi with Properties first"
        )
    return before + API + DEFINITION + after


def write(built: Path) -> Path:
    """Write the new template beside the built one, which names its images; return its path."""
    target = built.with_name(NAME)
    target.write_text(with_binary_bodies(built.read_text()))
    return target


def main() -> None:
    """Print the path of the new template."""
    built = Path(sys.argv[1]) if len(sys.argv) > 1 else BUILT
    if not built.exists():
        sys.exit(f"There is no {built}: run sam build first.")
    print(write(built))


if __name__ == "__main__":
    main()
