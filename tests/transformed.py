"""Transform `template.yaml` into CloudFormation's own resources, as SAM does at a deployment."""

import json
import subprocess
from functools import lru_cache
from typing import Any

from tests.local_server import ROOT

PYTHON = ROOT / ".venv-sam" / "bin" / "python"
"""The Python that has SAM's translator: `make test` installs it."""

CODE = """
import json, sys
from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform

class NoManagedPolicies:
    def load(self):
        return {}

template = yaml_parse(open("template.yaml").read())
for each in template["Resources"].values():
    if each["Type"] == "AWS::Serverless::Function":
        each["Properties"]["ImageUri"] = "123456789012.dkr.ecr.us-east-1.amazonaws.com/a:1"
values = {name: each["Default"] for name, each in template["Parameters"].items()}
values |= json.loads(sys.argv[1])
print(json.dumps(transform(template, values, NoManagedPolicies())))
"""


@lru_cache
def transformed(**values: str) -> dict[str, Any]:
    """Return the transformed template, with every other parameter at its default."""
    done = subprocess.run(
        [PYTHON, "-c", CODE, json.dumps(values)],
        cwd=ROOT,
        env={"AWS_DEFAULT_REGION": "us-east-1", "SAM_CLI_TELEMETRY": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def of_type(kind: str, **values: str) -> dict[str, dict[str, Any]]:
    """Return the properties of all resources of a type, by logical id."""
    resources = transformed(**values)["Resources"].items()
    return {name: each.get("Properties", {}) for name, each in resources if each["Type"] == kind}


def branches(value: Any) -> list[Any]:
    """Return the values that a list or an `Fn::If` may hold, without `AWS::NoValue`."""
    if isinstance(value, list):
        return [branch for each in value for branch in branches(each)]
    if isinstance(value, dict) and "Fn::If" in value:
        return branches(value["Fn::If"][1:])
    return [] if value == {"Ref": "AWS::NoValue"} else [value]
