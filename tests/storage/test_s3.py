"""The bucket, through a real S3's own checks."""

import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
import requests
from botocore.config import Config

from cutout.errors import FileTooBigError, StorageError, UploadMissingError
from cutout.settings import Settings
from cutout.storage.bucket import TRANSFER_SECONDS, S3Storage, open_bucket
from cutout.storage.signature import Signer
from cutout.storage.storage import AnswerKind, PresignedUpload, UploadType, new_token
from cutout.timing import Deadline
from tests.ports import free_ports
from tests.s3 import BUCKET, KEY_ID, REGION, SECRET, S3Server

LATER = Deadline.after(86_400)  # longer than any run of all tests
LIMIT = 1000
CONTENT = bytes(range(256)) * 3


@pytest.fixture
def storage(s3: S3Server) -> S3Storage:
    """The bucket, of which a setting may also be written with a slash behind it."""
    own = s3.settings(max_file_bytes=LIMIT)
    return S3Storage(own.model_copy(update={"bucket_url": f"{own.bucket_url}/"}))


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def post(form: PresignedUpload, content: bytes, **changes: str) -> requests.Response:
    """The form as an HTML page would send it."""
    return requests.post(
        form.url, data=form.fields | changes, files={"file": ("a.jpg", content)}, timeout=10
    )


@pytest.mark.parametrize("kind", AnswerKind)
def test_what_is_kept_is_behind_the_link(storage: S3Storage, kind: AnswerKind) -> None:
    answer = requests.get(storage.put(CONTENT, kind, LATER), timeout=10)
    assert answer.status_code == 200
    assert answer.content == CONTENT
    assert answer.headers["content-type"] == kind.media_type
    assert answer.headers["cache-control"] == "no-store"


def test_a_link_cannot_be_guessed_or_bent(storage: S3Storage) -> None:
    link, other = (storage.put(CONTENT, AnswerKind.PNG, LATER) for _ in range(2))
    path, other_path = urlsplit(link).path, urlsplit(other).path
    assert path != other_path
    assert len(path.rpartition("/")[2]) >= 43
    bare = link.partition("?")[0]
    bent = [bare, link.replace(path, other_path), link[:-1] + ("0" if link[-1] != "0" else "1")]
    bent.append(link.replace("X-Amz-Expires=86400", "X-Amz-Expires=604800"))
    for each in bent:
        assert requests.get(each, timeout=10).status_code == 403, each
    assert requests.put(link, b"other", timeout=10).status_code == 403
    assert requests.get(link, timeout=10).content == CONTENT


def test_a_link_lives_as_long_as_the_settings_say(s3: S3Server) -> None:
    link = S3Storage(s3.settings(link_seconds=1)).put(CONTENT, AnswerKind.PNG, LATER)
    assert requests.get(link, timeout=10).status_code == 200
    end = monotonic() + 2.1
    while (status := requests.get(link, timeout=10).status_code) == 200 and monotonic() < end:
        sleep(0.1)
    assert status == 403


def test_an_upload_comes_back(storage: S3Storage) -> None:
    form = storage.create_upload(UploadType.JPEG)
    assert post(form, CONTENT).status_code == 204
    assert storage.get_upload(form.token, LATER) == CONTENT


@pytest.mark.parametrize(("size", "status"), [(0, 400), (1, 204), (LIMIT - 1, 204), (LIMIT, 400)])
def test_an_upload_is_as_large_as_a_picture_may_be(
    storage: S3Storage, size: int, status: int
) -> None:
    form = storage.create_upload(UploadType.PNG)
    assert post(form, bytes(size)).status_code == status
    if status != 204:
        with pytest.raises(UploadMissingError):
            storage.get_upload(form.token, LATER)


@pytest.mark.parametrize(
    "changes",
    [
        {"Content-Type": "image/png"},
        {"Content-Type": "text/html"},
        {"key": "answers/mine.png"},
        {"policy": "e30="},
        {"x-amz-signature": "0" * 64},
    ],
)
def test_a_form_is_posted_as_it_is_or_not_at_all(
    s3: S3Server, storage: S3Storage, changes: dict[str, str]
) -> None:
    form, before = storage.create_upload(UploadType.JPEG), s3.keys()
    assert post(form, CONTENT, **changes).status_code == 403
    assert s3.keys() == before


@pytest.mark.parametrize(
    "url",
    ["https://photos.s3.eu-west-1.amazonaws.com", "https://s3.eu-west-1.amazonaws.com/photos"],
)
def test_the_form_s_policy_is_boto3_s(s3: S3Server, url: str) -> None:
    """S3 refuses a form whose policy has no condition for the bucket."""
    form = S3Storage(s3.settings(bucket_url=url)).create_upload(UploadType.JPEG)
    limit = ["content-length-range", 1, s3.settings().max_file_bytes - 1]
    kind = {"Content-Type": "image/jpeg"}
    client = boto3.client(
        "s3",
        region_name=REGION,
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=SECRET,
        config=Config(signature_version="s3v4"),
    )
    theirs = client.generate_presigned_post("photos", form.fields["key"], kind, [limit, kind])
    ours, expected = (
        {json.dumps(each) for each in conditions(fields) if "x-amz-date" not in each}
        for fields in (form.fields, theirs["fields"])
    )
    assert ours == expected
    assert form.fields.keys() == theirs["fields"].keys()


def conditions(fields: Mapping[str, str]) -> list[Any]:
    found: list[Any] = json.loads(b64decode(fields["policy"]))["conditions"]
    return found


def test_a_form_is_for_its_bucket(s3: S3Server, storage: S3Storage) -> None:
    s3.create_bucket("another")
    form = storage.create_upload(UploadType.JPEG)
    elsewhere = replace(form, url=f"{s3.endpoint}/another/")
    assert post(elsewhere, CONTENT).status_code == 403


def test_own_requests_stand_a_slow_clock(s3: S3Server) -> None:
    s3.client.put_object(Bucket=BUCKET, Key="uploads/slow", Body=CONTENT)
    signer = Signer(KEY_ID, SECRET, REGION)
    url, late = f"{s3.endpoint}/{BUCKET}/uploads/slow", datetime.now(UTC) - timedelta(minutes=14)
    signed = signer.presigned_url("GET", url, TRANSFER_SECONDS, now=late)
    assert requests.get(signed, timeout=10).content == CONTENT


def test_a_form_expires(s3: S3Server) -> None:
    form = S3Storage(s3.settings(upload_seconds=1)).create_upload(UploadType.JPEG)
    sleep(2.1)
    assert post(form, CONTENT).status_code == 403


def test_what_is_not_there_and_what_is_too_large(s3: S3Server, storage: S3Storage) -> None:
    with pytest.raises(UploadMissingError):
        storage.get_upload(new_token(), LATER)
    s3.client.put_object(Bucket=BUCKET, Key="uploads/large", Body=bytes(LIMIT))
    with pytest.raises(FileTooBigError):
        storage.get_upload("large", LATER)


def test_a_page_elsewhere_may_read_and_post(storage: S3Storage) -> None:
    """Send a browser's preflights before and after a redirect from another origin."""
    link = storage.put(CONTENT, AnswerKind.JSON, LATER)
    asked = {
        "Origin": "null",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "x-api-key",
    }
    preflight = requests.options(link, headers=asked, timeout=10)
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-headers"] in {"*", "x-api-key"}
    answer = requests.get(link, headers={"Origin": "null"}, timeout=10)
    assert answer.headers["access-control-allow-origin"] in {"*", "null"}


def test_a_bucket_that_is_down_is_a_storage_error(
    s3: S3Server, caplog: pytest.LogCaptureFixture
) -> None:
    (port,) = free_ports(1)
    down = S3Storage(s3.settings(bucket_url=f"http://127.0.0.1:{port}/{BUCKET}"))
    with pytest.raises(StorageError):
        down.put(CONTENT, AnswerKind.PNG, LATER)
    with pytest.raises(StorageError):
        down.get_upload(new_token(), LATER)
    assert "Connection refused" in caplog.text, "the cause is lost"
    assert "Signature" not in caplog.text, "the log holds a link that works"


def test_a_bucket_that_is_full_is_a_storage_error(
    s3: S3Server, caplog: pytest.LogCaptureFixture
) -> None:
    s3.create_bucket("full")
    s3.fill("full")
    before = s3.keys("full")
    with pytest.raises(StorageError):
        S3Storage(s3.settings("full")).put(CONTENT, AnswerKind.PNG, LATER)
    assert s3.keys("full") == before, "something was written half"
    assert "Storage answered" in caplog.text


def test_keys_that_are_wrong_are_a_storage_error(s3: S3Server) -> None:
    stranger = S3Storage(s3.settings(access_key_id="AKIDSTRANGER"))
    with pytest.raises(StorageError):
        stranger.put(CONTENT, AnswerKind.PNG, LATER)


def test_a_bucket_is_opened_where_one_is_configured(s3: S3Server) -> None:
    assert open_bucket(Settings()) is None
    assert isinstance(open_bucket(s3.settings()), S3Storage)
