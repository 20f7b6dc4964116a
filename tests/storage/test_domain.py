"""`cutout.storage.address`: the domain of a region's endpoints."""

import pytest
from botocore.session import Session

from cutout.storage.address import domain_of

REGIONS = ["us-east-1", "eu-west-1", "us-gov-west-1", "cn-north-1", "eusc-de-east-1"]


@pytest.mark.parametrize("region", REGIONS)
def test_the_domain_is_botocores(region: str) -> None:
    client = Session().create_client(
        "secretsmanager",
        region,
        aws_access_key_id="AKID",
        aws_secret_access_key="secret",  # noqa: S106
    )
    assert client.meta.endpoint_url == f"https://secretsmanager.{region}.{domain_of(region)}"
