"""Signatures against AWS's published examples and against botocore, bit for bit."""

import json
from base64 import b64decode
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from cutout.storage.signature import Condition, Signer

# The keys of AWS's documentation; they open nothing.
KEY_ID, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
NOW = datetime(2026, 3, 1, 12, 30, 15, tzinfo=UTC)
URL = "https://bucket.s3.eu-west-1.amazonaws.com/answers/a_b-C.~1.png"
TOKENS = st.none() | st.text("ABCabc019+/=", min_size=1, max_size=80)


@pytest.fixture(autouse=True)
def _botocores_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "get_current_datetime", lambda: NOW.replace(tzinfo=None))


def test_the_presigned_url_of_the_documentation() -> None:
    """Amazon S3 API reference, "Authenticating Requests: Using Query Parameters"."""
    url = Signer(KEY_ID, SECRET, "us-east-1").presigned_url(
        "GET",
        "https://examplebucket.s3.amazonaws.com/test.txt",
        86400,
        now=datetime(2013, 5, 24, tzinfo=UTC),
    )
    assert url == (
        "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
        "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
        "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
        "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    )


@given(token=TOKENS, seconds=st.integers(1, 604800), method=st.sampled_from(["GET", "PUT"]))
def test_a_presigned_url_is_botocores(token: str | None, seconds: int, method: str) -> None:
    headers = {"content-type": "image/png"} if method == "PUT" else {}
    request = AWSRequest(method, URL, headers=headers)
    credentials = Credentials(KEY_ID, SECRET, token)
    auth.S3SigV4QueryAuth(credentials, "s3", "eu-west-1", expires=seconds).add_auth(request)
    ours = Signer(KEY_ID, SECRET, "eu-west-1", token).presigned_url(
        method, URL, seconds, headers, NOW
    )
    assert urlsplit(ours)[:3] == urlsplit(request.url)[:3]
    assert sorted(parse_qsl(urlsplit(ours).query)) == sorted(parse_qsl(urlsplit(request.url).query))


@given(token=TOKENS, prefix=st.text(st.characters(codec="utf-8"), max_size=20))
def test_a_presigned_query_is_botocores(token: str | None, prefix: str) -> None:
    url = f"{URL}?{urlencode({'list-type': '2', 'prefix': prefix})}"
    request = AWSRequest("GET", url)
    credentials = Credentials(KEY_ID, SECRET, token)
    auth.S3SigV4QueryAuth(credentials, "s3", "eu-west-1", expires=60).add_auth(request)
    ours = Signer(KEY_ID, SECRET, "eu-west-1", token).presigned_url("GET", url, 60, now=NOW)
    assert query_of(ours) == query_of(request.url)


def query_of(url: str) -> list[tuple[str, str]]:
    return sorted(parse_qsl(urlsplit(url).query, keep_blank_values=True))


@given(token=TOKENS, body=st.binary(max_size=80))
def test_signed_headers_are_botocores(token: str | None, body: bytes) -> None:
    url = "https://secretsmanager.eu-west-1.amazonaws.com/"
    headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": "a.B"}
    request = AWSRequest("POST", url, headers=headers, data=body)
    credentials = Credentials(KEY_ID, SECRET, token)
    auth.SigV4Auth(credentials, "secretsmanager", "eu-west-1").add_auth(request)
    signer = Signer(KEY_ID, SECRET, "eu-west-1", token, "secretsmanager")
    ours = signer.signed_headers("POST", url, headers, body, NOW)
    assert ours == {name.lower(): value for name, value in request.headers.items()}


@given(token=TOKENS, seconds=st.integers(1, 604800))
def test_a_form_is_botocores(token: str | None, seconds: int) -> None:
    fields = {"key": "uploads/abc", "Content-Type": "image/jpeg"}
    conditions: list[Condition] = [["content-length-range", 1, 16777215]]
    ours = Signer(KEY_ID, SECRET, "eu-west-1", token).form_fields(fields, conditions, seconds, NOW)
    policy = json.loads(b64decode(ours["policy"]))
    request = AWSRequest("POST", "https://bucket.s3.eu-west-1.amazonaws.com/")
    request.context["s3-presign-post-fields"] = dict(fields)
    request.context["s3-presign-post-policy"] = {
        "expiration": policy["expiration"],
        "conditions": [{name: value} for name, value in fields.items()],
    }
    credentials = Credentials(KEY_ID, SECRET, token)
    auth.S3SigV4PostAuth(credentials, "s3", "eu-west-1").add_auth(request)
    theirs = request.context["s3-presign-post-fields"]
    # The order of conditions is free, so the signature is compared by signing botocore's policy.
    assert set(ours) == set(theirs)
    signed = {"policy", "x-amz-signature"}
    assert {n: v for n, v in ours.items() if n not in signed} == {
        n: v for n, v in theirs.items() if n not in signed
    }
    their_conditions = json.loads(b64decode(theirs["policy"]))["conditions"]
    assert (
        Signer(KEY_ID, SECRET, "eu-west-1")._sign(theirs["policy"], NOW)
        == (theirs["x-amz-signature"])
    )
    assert sorted(map(str, policy["conditions"])) == sorted(map(str, their_conditions + conditions))


def test_the_form_of_the_documentation() -> None:
    """Amazon S3 API reference, "Browser-Based Uploads Using POST", whose policy is signed as it
    stands there, line breaks included."""
    signer = Signer(KEY_ID, SECRET, "us-east-1")
    policy = (
        "eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAg"
        "ICB7ImJ1Y2tldCI6ICJzaWd2NGV4YW1wbGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAi"
        "dXNlci91c2VyMS8iXSwNCiAgICB7ImFjbCI6ICJwdWJsaWMtcmVhZCJ9LA0KICAgIHsic3VjY2Vzc19hY3Rpb25f"
        "cmVkaXJlY3QiOiAiaHR0cDovL3NpZ3Y0ZXhhbXBsZWJ1Y2tldC5zMy5hbWF6b25hd3MuY29tL3N1Y2Nlc3NmdWxf"
        "dXBsb2FkLmh0bWwifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRDb250ZW50LVR5cGUiLCAiaW1hZ2UvIl0sDQog"
        "ICAgeyJ4LWFtei1tZXRhLXV1aWQiOiAiMTQzNjUxMjM2NTEyNzQifSwNCiAgICB7IngtYW16LXNlcnZlci1zaWRl"
        "LWVuY3J5cHRpb24iOiAiQUVTMjU2In0sDQogICAgWyJzdGFydHMtd2l0aCIsICIkeC1hbXotbWV0YS10YWciLCAi"
        "Il0sDQoNCiAgICB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAxNTEyMjkvdXMt"
        "ZWFzdC0xL3MzL2F3czRfcmVxdWVzdCJ9LA0KICAgIHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEy"
        "NTYifSwNCiAgICB7IngtYW16LWRhdGUiOiAiMjAxNTEyMjlUMDAwMDAwWiIgfQ0KICBdDQp9"
    )
    at = datetime(2015, 12, 29, tzinfo=UTC)
    wanted = "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"
    assert signer._sign(policy, at) == wanted


def test_neither_secret_is_shown() -> None:
    assert "secret" not in repr(Signer("id", "secret-key", "us-east-1", "secret-token"))
