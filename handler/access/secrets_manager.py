"""A secret in AWS Secrets Manager. Source: "GetSecretValue" in its API reference."""

import json
import logging
from threading import Lock
from time import monotonic

from handler.errors import KeysUnavailableError
from handler.settings import Settings
from handler.storage.signature import Signer

FRESH_SECONDS = 300.0
PAUSE_SECONDS = 5.0  # after a failure: while it is down, not every request has to wait for that
TIMEOUT_SECONDS = 5.0

logger = logging.getLogger(__name__)


class RefusedError(ConnectionError):
    """Its message is the status: whether the role may not read the secret or there is none."""


class SecretText:
    """The current text of the secret, fetched when it is first asked for and again when it is five
    minutes old. While it can't be fetched again, the old one goes on."""

    def __init__(self, settings: Settings) -> None:
        self._id = settings.api_keys_secret
        self._url = (
            settings.secrets_url or f"https://secretsmanager.{settings.region}.amazonaws.com/"
        )
        self._signer = Signer(
            settings.access_key_id,
            settings.secret_access_key.get_secret_value(),
            settings.region,
            settings.session_token.get_secret_value() if settings.session_token else None,
            service="secretsmanager",
        )
        self._lock = Lock()
        self._text: str | None = None
        self._stale_at = 0.0

    def text(self) -> str:
        """Raises `KeysUnavailableError` where it could never be fetched."""
        with self._lock:
            if monotonic() >= self._stale_at:
                self._refresh()
            if self._text is None:
                raise KeysUnavailableError
            return self._text

    def _refresh(self) -> None:
        try:
            self._text = self._fetch()
        except (OSError, ValueError, LookupError, TypeError) as error:
            # the type or the status alone: a message may repeat what was sent or received
            why = error if isinstance(error, RefusedError) else type(error).__name__
            logger.error("the API keys can not be fetched: %s", why)  # noqa: TRY400
            self._stale_at = monotonic() + PAUSE_SECONDS
        else:
            self._stale_at = monotonic() + FRESH_SECONDS

    def _fetch(self) -> str:
        # as in the storage: not every cold start needs it
        import certifi  # noqa: PLC0415
        from urllib3 import PoolManager  # noqa: PLC0415
        from urllib3.exceptions import HTTPError  # noqa: PLC0415

        body = json.dumps({"SecretId": self._id}).encode()
        headers = self._signer.signed_headers(
            "POST",
            self._url,
            {
                "content-type": "application/x-amz-json-1.1",
                "x-amz-target": "secretsmanager.GetSecretValue",
            },
            body,
        )
        try:
            with PoolManager(ca_certs=certifi.where()) as pools:
                answer = pools.request(
                    "POST",
                    self._url,
                    body=body,
                    headers=headers,
                    timeout=TIMEOUT_SECONDS,
                    retries=False,
                )
        except HTTPError as error:
            raise ConnectionError from error
        if answer.status != 200:
            raise RefusedError(f"Secrets Manager answers {answer.status}")
        text = json.loads(answer.data)["SecretString"]
        if not isinstance(text, str) or not text.strip():
            raise ValueError("the secret holds no text")
        return text
