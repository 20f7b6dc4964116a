"""Sign requests to AWS, in advance or as they are sent: Signature Version 4.

Sources: "Authenticating Requests: Using Query Parameters (AWS Signature Version 4)" and "Creating
an HTML Form (Using AWS Signature Version 4)" in the Amazon S3 API reference; "Create a signed AWS
API request" in the IAM user guide. Tests compare it with both pages' examples and with botocore;
`layers/README.md` says why botocore is not used.
"""

import hmac
import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Self, TypeAlias
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from cutout.aws_credentials import Credentials

ALGORITHM = "AWS4-HMAC-SHA256"
Condition: TypeAlias = dict[str, str] | Sequence[str | int]


@dataclass(frozen=True)
class Signer:
    """Sign for one account in one region; a `session_token` goes with temporary keys."""

    key_id: str
    secret: str = field(repr=False)
    region: str
    session_token: str | None = field(default=None, repr=False)
    service: str = "s3"

    @classmethod
    def of(cls, credentials: Credentials, region: str, service: str = "s3") -> Self:
        """Return a signer with these credentials."""
        return cls(
            credentials.key_id, credentials.secret, region, credentials.session_token, service
        )

    def presigned_url(
        self,
        method: str,
        url: str,
        seconds: int,
        headers: Mapping[str, str] | None = None,
        now: datetime | None = None,
    ) -> str:
        """Return `url` with a signature that lets anyone send this one request for `seconds`.

        `headers` (lower case) must then be sent exactly as given here. Escapes in the URL's path
        are kept: S3 signs a key's escapes once. Parameters in its query are signed as well.
        """
        at, parts = now or datetime.now(UTC), urlsplit(url)
        path = quote(unquote(parts.path))
        signed = dict(sorted({"host": parts.netloc, **(headers or {})}.items()))
        query = self._query(seconds, at, ";".join(signed), parts.query)
        lines = "".join(f"{name}:{value}\n" for name, value in signed.items())
        request = "\n".join([method, path, query, lines, ";".join(signed), "UNSIGNED-PAYLOAD"])
        digest = sha256(request.encode()).hexdigest()
        signature = self._sign("\n".join([ALGORITHM, _stamp(at), self._scope(at), digest]), at)
        return f"{parts.scheme}://{parts.netloc}{path}?{query}&X-Amz-Signature={signature}"

    def signed_headers(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        now: datetime | None = None,
    ) -> dict[str, str]:
        """Return `headers` (lower case) and those that sign them together with the body.

        The URL must not have a query.
        """
        at, parts = now or datetime.now(UTC), urlsplit(url)
        token = {"x-amz-security-token": self.session_token} if self.session_token else {}
        sent = {**headers, "x-amz-date": _stamp(at), **token}
        signed = dict(sorted({"host": parts.netloc, **sent}.items()))
        lines = "".join(f"{name}:{value}\n" for name, value in signed.items())
        path, names = quote(parts.path or "/"), ";".join(signed)
        request = "\n".join([method, path, "", lines, names, sha256(body).hexdigest()])
        digest = sha256(request.encode()).hexdigest()
        signature = self._sign("\n".join([ALGORITHM, _stamp(at), self._scope(at), digest]), at)
        credential = f"{self.key_id}/{self._scope(at)}"
        authorization = (
            f"{ALGORITHM} Credential={credential}, SignedHeaders={names}, Signature={signature}"
        )
        return {**sent, "authorization": authorization}

    def form_fields(
        self,
        fields: Mapping[str, str],
        conditions: Sequence[Condition],
        seconds: int,
        now: datetime | None = None,
    ) -> dict[str, str]:
        """Return the fields of a form that anyone may post for `seconds`.

        Each of `fields` must be sent as it is; `conditions` are further conditions of the policy.
        """
        at = now or datetime.now(UTC)
        complete = {
            **fields,
            "x-amz-algorithm": ALGORITHM,
            "x-amz-credential": f"{self.key_id}/{self._scope(at)}",
            "x-amz-date": _stamp(at),
            **({"x-amz-security-token": self.session_token} if self.session_token else {}),
        }
        policy = {
            "expiration": f"{at + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%SZ}",
            "conditions": [*({name: value} for name, value in complete.items()), *conditions],
        }
        encoded = b64encode(json.dumps(policy).encode()).decode()
        return {**complete, "policy": encoded, "x-amz-signature": self._sign(encoded, at)}

    def _query(self, seconds: int, at: datetime, signed_headers: str, parameters: str) -> str:
        """Return the signed parameters of the query, in order."""
        values = {
            "X-Amz-Algorithm": ALGORITHM,
            "X-Amz-Credential": f"{self.key_id}/{self._scope(at)}",
            "X-Amz-Date": _stamp(at),
            "X-Amz-Expires": str(seconds),
            **({"X-Amz-Security-Token": self.session_token} if self.session_token else {}),
            "X-Amz-SignedHeaders": signed_headers,
            **dict(parse_qsl(parameters, keep_blank_values=True)),
        }
        return "&".join(f"{name}={quote(values[name], safe='')}" for name in sorted(values))

    def _scope(self, at: datetime) -> str:
        return f"{at:%Y%m%d}/{self.region}/{self.service}/aws4_request"

    def _sign(self, text: str, at: datetime) -> str:
        key = f"AWS4{self.secret}".encode()
        for part in self._scope(at).split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.digest(key, text.encode(), "sha256").hex()


def _stamp(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%SZ}"
