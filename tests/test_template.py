"""What the template and the code must agree on."""

import re
from pathlib import Path

from handler.settings import Settings
from handler.storage.s3 import ANSWERS, UPLOADS

TEMPLATE = (Path(__file__).parent.parent / "template.yaml").read_text()


def test_the_role_reaches_the_two_prefixes_and_no_more() -> None:
    allowed = re.findall(r'!Sub "\$\{Bucket\.Arn\}/(\w+)/\*"', TEMPLATE)
    assert allowed == [ANSWERS, UPLOADS]
    actions = re.findall(r"Effect: Allow\n\s+Action: (.+)", TEMPLATE)
    assert actions == ["[s3:GetObject, s3:PutObject]"]


def test_objects_live_as_long_as_links() -> None:
    days = int(re.findall(r"ExpirationInDays: (\d+)", TEMPLATE)[0])
    assert days * 24 * 3600 == Settings.model_fields["link_seconds"].default


def test_every_variable_that_is_set_is_a_setting() -> None:
    variables = re.findall(r"^\s+CUTOUT_(\w+):", TEMPLATE, re.MULTILINE)
    assert variables == ["BUCKET_URL"]
    assert {name.lower() for name in variables} <= set(Settings.model_fields)


def test_the_function_ends_before_the_gateway_does() -> None:
    timeout = re.search(r"Timeout:\n.*?Default: (\d+)", TEMPLATE, re.DOTALL)
    assert timeout
    assert int(timeout[1]) < Settings.model_fields["gateway_seconds"].default
