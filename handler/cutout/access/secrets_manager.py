"""Read a secret in AWS Secrets Manager. Source: "GetSecretValue" in its API reference."""

import json
import logging
from collections.abc import Mapping
from threading import Lock
from time import sleep

from cutout.aws_credentials import CredentialsError, open_credentials
from cutout.lambda_runtime import after_restore
from cutout.net.limits import Cutoff
from cutout.request_errors import KeysUnavailableError
from cutout.settings import Settings
from cutout.storage.address import domain_of
from cutout.storage.signature import Signer
from cutout.timing import Deadline, Elapsed

FRESH_SECONDS = 300.0
PAUSE_SECONDS = 5.0  # after a failure, so that not every request waits for the time-out
TIMEOUT_SECONDS = 5.0  # for both attempts
ATTEMPT_PAUSE_SECONDS = 0.2

logger = logging.getLogger(__name__)


class RefusedError(ConnectionError):
    """Report that Secrets Manager refused the request.

    The message holds only the status: the role may not be allowed to read the secret, or the secret
    does not exist.
    """


class SecretText:
    """Hold the current text of a secret, which the log calls `name`.

    It is fetched when it is first needed, and again when it is five minutes old. While that fails
    the old text stays in force, up to `Settings.api_keys_stale_seconds` from when it was fetched.
    """

    def __init__(self, settings: Settings, secret_id: str, name: str) -> None:
        self._id, self.name = secret_id, name
        self._stale_seconds = settings.api_keys_stale_seconds
        host = f"secretsmanager.{settings.region}.{domain_of(settings.region)}"
        self._url = settings.secrets_url or f"https://{host}/"
        self._credentials, self._region = open_credentials(settings), settings.region
        self._lock = Lock()
        self.forget()
        after_restore(self.forget)

    def forget(self) -> None:
        """Drop the text, so that an instance restored from a snapshot fetches it again."""
        with self._lock:
            self._text: str | None = None
            self._age = Elapsed()
            self._failed: Elapsed | None = None

    def text(self) -> str:
        """Return the text. Raise `KeysUnavailableError` if it was never fetched, or not lately."""
        with self._lock:
            if self._is_due():
                self._refresh()
            if self._text is None or self._age.seconds() >= self._stale_seconds:
                raise KeysUnavailableError
            return self._text

    def _is_due(self) -> bool:
        if self._failed is not None:
            return self._failed.seconds() >= PAUSE_SECONDS
        return self._text is None or self._age.seconds() >= FRESH_SECONDS

    def _refresh(self) -> None:
        asked = Elapsed()  # before the call: a key may be revoked while the answer is on its way
        try:
            self._text = self._fetch()
        except (OSError, ValueError, LookupError, TypeError) as error:
            # the type or the status alone: a message may repeat what was sent or received
            told = isinstance(error, RefusedError | CredentialsError)
            why = error if told else type(error).__name__
            logger.error("%s can not be fetched: %s", self.name, why)  # noqa: TRY400
            self._failed = Elapsed()
        else:
            self._age, self._failed = asked, None

    def _fetch(self) -> str:
        """Return the text. Ask once more if that fails, since it may be over in a moment."""
        body = json.dumps({"SecretId": self._id}).encode()
        signer = Signer.of(self._credentials.current(), self._region, "secretsmanager")
        headers = signer.signed_headers(
            "POST",
            self._url,
            {
                "content-type": "application/x-amz-json-1.1",
                "x-amz-target": "secretsmanager.GetSecretValue",
            },
            body,
        )
        deadline = Deadline.after(TIMEOUT_SECONDS)
        try:
            return self._ask(body, headers, deadline)
        except ConnectionError:
            logger.warning("Fetching %s is tried again", self.name)
            sleep(min(ATTEMPT_PAUSE_SECONDS, deadline.remaining_or_raise()))
        return self._ask(body, headers, deadline)

    def _ask(self, body: bytes, headers: Mapping[str, str], deadline: Deadline) -> str:
        # as in the storage: not every cold start needs it
        from urllib3.exceptions import HTTPError  # noqa: PLC0415

        from cutout.net.connections import watched_pools  # noqa: PLC0415

        try:
            with Cutoff(deadline), watched_pools() as pools:
                answer = pools.request(
                    "POST",
                    self._url,
                    body=body,
                    headers=headers,
                    timeout=deadline.remaining_or_raise(),
                    retries=False,
                )
        except HTTPError as error:
            raise ConnectionError from error
        if answer.status != 200:
            raise RefusedError(f"Secrets Manager answers {answer.status}")
        text = json.loads(answer.data)["SecretString"]
        if not isinstance(text, str):
            raise TypeError("the secret holds no text")
        return text
