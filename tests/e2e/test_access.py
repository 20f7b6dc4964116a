"""The function as the template deploys it: with keys in a secret."""

import json

from tests.e2e.client import post, result_of
from tests.e2e.emulator import WITHOUT_NETWORK, Emulator
from tests.e2e.gateway import Gateway
from tests.fetch.servers import answer, serving
from tests.samples import jpeg

ROLE = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "the-secret-of-the-role",
    "CUTOUT_API_KEYS_SECRET": "arn:aws:secretsmanager:us-east-1:123456789012:secret:keys",
}
KEY = "generated0key0of0the0stack"


def test_keys_of_a_secret() -> None:
    with serving(answer(json.dumps({"SecretString": KEY}).encode())) as secrets:
        environment = ROLE | {"AWS_ENDPOINT_URL_SECRETS_MANAGER": secrets.url(host="127.0.0.1")}
        with Emulator(environment, WITHOUT_NETWORK) as running, Gateway(running) as gateway:
            files = {"image": jpeg()}
            for headers in ({}, {"X-API-KEY": "x"}):
                refused = post(gateway, files=files, headers=headers)
                assert refused.status_code == 401
                assert set(refused.json()) == {"message"}
            good = result_of(post(gateway, files=files, headers={"X-API-KEY": KEY}))
            assert good["status"]["code"] == "ok"
            log = running.log()
        assert secrets.connections == 1
    assert KEY not in log
    assert "the-secret-of-the-role" not in log
    outcomes = [
        json.loads(text)["outcome"] for text in log.splitlines() if text.startswith('{"time')
    ]
    assert outcomes == ["Unauthorized", "Unauthorized", "ok"]
    assert '"_aws": {"Timestamp"' in log, "no metrics"
