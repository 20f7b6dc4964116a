"""Get the credentials that sign requests to AWS, from the environment or a container endpoint.

Lambda sets `AWS_ACCESS_KEY_ID` and its secret, but under SnapStart, where a snapshot would outlive
them, it serves them at an endpoint that the environment names, as ECS and EKS do. Source:
"Container credential provider" in the AWS SDKs and Tools reference guide.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from time import sleep
from typing import Any, Protocol

from cutout.lambda_runtime import after_restore
from cutout.net.limits import Cutoff
from cutout.settings import Settings
from cutout.timing import Deadline, Elapsed

REFRESH_BEFORE = timedelta(minutes=5)
"""Time before credentials expire from which on new ones are fetched."""
PAUSE_SECONDS = 5.0  # after an attempt, so that not every request waits for a slow endpoint
TIMEOUT_SECONDS = 1.0  # the endpoint is on the same machine or link
ATTEMPTS, ATTEMPT_PAUSE_SECONDS = 2, 0.2
MAX_BYTES = 64 * 1024

logger = logging.getLogger(__name__)


class CredentialsError(ConnectionError):
    """Report that no credentials are available. The message holds no secret."""


@dataclass(frozen=True)
class Credentials:
    """Hold an access key; a `session_token` goes with temporary ones, which expire."""

    key_id: str
    secret: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)
    expires: datetime | None = None

    def expire_within(self, time: timedelta) -> bool:
        """Return whether less than `time` is left."""
        return self.expires is not None and datetime.now(UTC) >= self.expires - time


class CredentialsProvider(Protocol):
    """Return credentials that are valid now."""

    def current(self) -> Credentials:
        """Return the credentials. May call the network; raise `CredentialsError`."""


class FixedCredentials:
    """Return the access key of the environment, which Lambda replaces with the instance."""

    def __init__(self, settings: Settings) -> None:
        token = settings.session_token
        self._credentials = Credentials(
            settings.access_key_id,
            settings.secret_access_key.get_secret_value(),
            token.get_secret_value() if token else None,
        )

    def current(self) -> Credentials:
        """Return the credentials."""
        return self._credentials


class ContainerCredentials:
    """Fetch credentials from a container endpoint when they are needed, and before they expire.

    One thread fetches; the others go on with the old credentials as long as these are valid. An
    instance that is restored from a snapshot starts without credentials. The endpoint has
    `timeout_seconds` to answer.
    """

    def __init__(self, settings: Settings, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._settings, self._timeout_seconds = settings, timeout_seconds
        self._url = settings.credentials_url or ""
        self._lock = Lock()
        self.forget()
        after_restore(self.forget)

    def forget(self) -> None:
        """Drop the credentials and what is known of the endpoint."""
        with self._lock:
            self._held: Credentials | None = None
            self._asked: Elapsed | None = None
            self._failure = ""

    def current(self) -> Credentials:
        """Return valid credentials. May call the network; raise `CredentialsError`."""
        valid = self._valid()
        if valid and not self._is_due(valid):
            return valid
        if not self._lock.acquire(blocking=valid is None) and valid:
            return valid
        try:
            return self._refreshed()
        finally:
            self._lock.release()

    def _valid(self) -> Credentials | None:
        """Return the credentials that are held, unless they have expired."""
        held = self._held
        return None if held is None or held.expire_within(timedelta(0)) else held

    def _is_due(self, held: Credentials) -> bool:
        return held.expire_within(REFRESH_BEFORE) and not self._pauses()

    def _pauses(self) -> bool:
        return self._asked is not None and self._asked.seconds() < PAUSE_SECONDS

    def _refreshed(self) -> Credentials:
        """Return new credentials, or the old ones if these are valid and none can be fetched."""
        valid = self._valid()
        if valid and not self._is_due(valid):
            return valid  # another thread has fetched them meanwhile
        if self._failure and self._pauses():
            raise CredentialsError(self._failure)
        try:
            self._held, self._failure = self._fetched(), ""
        except CredentialsError as error:
            self._failure = str(error)
            if valid is None:
                raise
            logger.warning("The credentials can't be refreshed yet: %s", error)
            return valid
        finally:
            self._asked = Elapsed()
        return self._held

    def _fetched(self) -> Credentials:
        """Return the endpoint's credentials; try again once. Raise `CredentialsError`."""
        for _ in range(ATTEMPTS - 1):
            try:
                return self._fetch()
            except CredentialsError as error:
                logger.warning("Getting the credentials is tried again: %s", error)
                sleep(ATTEMPT_PAUSE_SECONDS)
        return self._fetch()

    def _fetch(self) -> Credentials:
        # as in the storage: not every cold start needs it
        from urllib3.exceptions import HTTPError  # noqa: PLC0415

        from cutout.net.connections import watched_pools  # noqa: PLC0415

        headers = {"Accept": "application/json", **self._authorization()}
        try:
            with Cutoff(Deadline.after(self._timeout_seconds)), watched_pools() as pools:
                answer = pools.request(
                    "GET",
                    self._url,
                    headers=headers,
                    timeout=self._timeout_seconds,
                    retries=False,
                    redirect=False,
                    preload_content=False,
                )
                with answer:
                    content = answer.read(MAX_BYTES)
        except (HTTPError, OSError) as error:
            raise CredentialsError(
                f"the endpoint does not answer ({type(error).__name__})"
            ) from error
        if answer.status != 200:
            raise CredentialsError(f"the endpoint answers {answer.status}")
        return parse_credentials(content)

    def _authorization(self) -> dict[str, str]:
        """Return the header that admits this process. Its file may change, so read it each time."""
        token, file = self._settings.authorization_token, self._settings.authorization_token_file
        text = token.get_secret_value() if token else ""
        if file is not None:
            try:
                text = file.read_text()
            except (OSError, UnicodeDecodeError) as error:
                raise CredentialsError(
                    f"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE can't be read ({type(error).__name__})"
                ) from error
        text = text.strip()
        if not text.isprintable() or not text.isascii():
            raise CredentialsError("the authorization token is not a valid header value")
        return {"Authorization": text} if text else {}


def parse_credentials(content: bytes) -> Credentials:
    """Return the credentials in an endpoint's JSON. Raise `CredentialsError`."""
    try:
        found: Mapping[str, Any] = json.loads(content)
        names = ("AccessKeyId", "SecretAccessKey", "Token")
        key_id, secret, token = (str(found[name] or "") for name in names)
        expires = datetime.fromisoformat(found["Expiration"])
        credentials = Credentials(key_id, secret, token or None, expires.astimezone(UTC))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        # the type alone: a message may repeat what was received
        raise CredentialsError(
            f"the endpoint's answer holds no credentials ({type(error).__name__})"
        ) from None
    if not (key_id and secret):
        raise CredentialsError("the endpoint's answer holds an empty access key")
    if credentials.expire_within(timedelta(0)):
        raise CredentialsError("the endpoint's credentials have expired")
    return credentials


def open_credentials(
    settings: Settings, timeout_seconds: float = TIMEOUT_SECONDS
) -> CredentialsProvider:
    """Return the provider that the environment asks for; an access key comes first."""
    if settings.credentials_url and not settings.access_key_id:
        return ContainerCredentials(settings, timeout_seconds)
    return FixedCredentials(settings)
