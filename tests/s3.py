"""A real S3, with true signature and policy checks: SeaweedFS, from a wheel on PyPI."""

import json
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from time import monotonic, sleep
from types import TracebackType
from typing import Any, Self

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import SecretStr

from cutout.settings import Settings
from tests.ports import free_ports
from tools.events.batch import s3_record

WEED = Path(sys.executable).with_name("weed")
KEY_ID, SECRET, REGION = "AKIDOFTHETESTS", "secret-of-the-tests", "us-east-1"
BUCKET = "cutout"
record = partial(s3_record, bucket=BUCKET)
START_SECONDS = 60

# As in `template.yaml`.
CORS = {
    "AllowedMethods": ["GET", "HEAD", "POST"],
    "AllowedOrigins": ["*"],
    "AllowedHeaders": ["*"],
    "MaxAgeSeconds": 3600,
}


class S3Server:
    """A running server with a bucket: `with S3Server() as s3: s3.client.list_objects_v2(...)`.
    `client` is boto3, which shares no code with ours."""

    def __init__(self) -> None:
        self._folder = Path(mkdtemp(prefix="cutout-s3-"))
        names = ("master", "volume", "filer", "s3")
        ports = free_ports(2 * len(names))  # asked for at once, or one could come twice
        self._http = dict(zip(names, ports[: len(names)], strict=True))
        self._grpc = dict(zip(names, ports[len(names) :], strict=True))
        self.endpoint = f"http://127.0.0.1:{self._http['s3']}"

    def __enter__(self) -> Self:
        self._log = (self._folder / "log").open("w+b")
        self._process = subprocess.Popen(
            self._command(), stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log
        )
        try:
            self.client = self._client()
            self.create_bucket(BUCKET)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment that makes the function use the bucket."""
        return {
            "CUTOUT_BUCKET_URL": f"{self.endpoint}/{BUCKET}",
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET,
        }

    def settings(self, bucket: str = BUCKET, **changes: Any) -> Settings:
        """Return the same settings for this process."""
        keys = {
            "bucket_url": f"{self.endpoint}/{bucket}",
            "region": REGION,
            "access_key_id": KEY_ID,
            "secret_access_key": SecretStr(SECRET),
        }
        return Settings().model_copy(update=keys | changes)

    def create_bucket(self, name: str) -> None:
        """Waits until the server is up."""
        deadline = monotonic() + START_SECONDS
        while True:
            try:
                self.client.create_bucket(Bucket=name)
            except (BotoCoreError, ClientError) as error:
                if self._process.poll() is not None or monotonic() > deadline:
                    raise RuntimeError(f"S3 did not start:\n{self._said()}") from error
                sleep(0.1)
            else:
                break
        self.client.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": [CORS]})

    def fill(self, bucket: str) -> None:
        """Sets a quota, stores more than that, and waits until the bucket takes no more."""
        self._shell(f"s3.bucket.quota -name={bucket} -op=set -sizeMB=1")
        deadline = monotonic() + START_SECONDS
        while True:
            try:
                self.client.put_object(Bucket=bucket, Key="filling", Body=bytes(2 << 20))
            except ClientError:
                return
            if monotonic() > deadline:
                raise RuntimeError(f"{bucket} takes whatever comes:\n{self._said()}")
            self._shell("s3.bucket.quota.enforce -apply")

    def admit(self, key_id: str, secret: str) -> None:
        """Adds an access key, which is a user of that name."""
        user = f"-user {key_id} -access_key {key_id}"
        self._shell(f"s3.configure {user} -secret_key {secret} -actions Admin -apply")
        self._await(key_id, secret, admitted=True)

    def refuse(self, key_id: str, secret: str) -> None:
        """Removes that access key."""
        self._shell(f"s3.configure -user {key_id} -access_key {key_id} -delete -apply")
        self._await(key_id, secret, admitted=False)

    def _await(self, key_id: str, secret: str, *, admitted: bool) -> None:
        """Waits until the server knows of the change."""
        client, deadline = self._client(key_id, secret), monotonic() + START_SECONDS
        while True:
            try:
                client.list_objects_v2(Bucket=BUCKET)
            except ClientError:
                if not admitted:
                    return
            else:
                if admitted:
                    return
            if monotonic() > deadline:
                raise RuntimeError(f"the server does not take the change:\n{self._said()}")
            sleep(0.1)

    def keys(self, bucket: str = BUCKET) -> set[str]:
        """Of all objects."""
        found = self.client.list_objects_v2(Bucket=bucket).get("Contents", [])
        return {each["Key"] for each in found}

    def stop(self) -> None:
        """Ends the server at once: its data is thrown away."""
        self._process.kill()
        self._process.wait()
        self._log.close()
        shutil.rmtree(self._folder)
        for name, port in self._grpc.items():  # it always puts them there
            Path(f"/tmp/seaweedfs-{name}-grpc-{port}.sock").unlink(missing_ok=True)  # noqa: S108

    def _command(self) -> list[str]:
        config = self._folder / "s3.json"
        credentials = [{"accessKey": KEY_ID, "secretKey": SECRET}]
        identity = {"name": "tests", "credentials": credentials, "actions": ["Admin"]}
        config.write_text(json.dumps({"identities": [identity]}))
        ports = [f"-{name}.port={port}" for name, port in self._http.items()]
        return [
            *(str(WEED), "-logtostderr", "server", f"-dir={self._folder}"),
            *("-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false"),
            *("-filer", "-s3", "-s3.iam=false", "-s3.port.iceberg=0", "-s3.port.lance=0"),
            *(*ports, *(f"-{name}.port.grpc={port}" for name, port in self._grpc.items())),
            f"-filer.localSocket={self._folder / 'filer.sock'}",
            f"-s3.localSocket={self._folder / 's3.sock'}",
            f"-s3.config={config}",
            "-master.peers=none",  # it need not look for others before it serves
            *("-master.volumeSizeLimitMB=64", "-volume.max=40"),
        ]

    def _client(self, key_id: str = KEY_ID, secret: str = SECRET) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=key_id,
            aws_secret_access_key=secret,
            config=Config(retries={"max_attempts": 1}, proxies={}),
        )

    def _shell(self, command: str) -> None:
        """The server's own administration."""
        subprocess.run(
            [
                *(str(WEED), "-logtostderr", "shell"),
                f"-master=127.0.0.1:{self._http['master']}.{self._grpc['master']}",
                f"-filer=127.0.0.1:{self._http['filer']}.{self._grpc['filer']}",
            ],
            input=f"lock\n{command}\nunlock\n",
            text=True,
            check=True,
            capture_output=True,
        )

    def _said(self) -> str:
        return (self._folder / "log").read_text(errors="replace")[-5000:]
