"""Decide whether a request carries a valid API key."""

import hmac
import logging
from collections.abc import Iterable
from hashlib import sha256
from threading import Lock
from typing import Protocol

from cutout.access.secrets_manager import SecretText
from cutout.key_text import parse_keys
from cutout.request_errors import KeysUnavailableError
from cutout.settings import Settings

logger = logging.getLogger(__name__)


class Keys(Protocol):
    """Decide whether a request is admitted."""

    def accept(self, given: Iterable[str]) -> bool:
        """Return whether one of the given strings is a key.

        May call the network. Raise `KeysUnavailableError` if the keys cannot be read.
        """


class FixedKeys:
    """Accept the keys of `CUTOUT_API_KEYS`.

    Without a valid one, which `Settings` rejects, every request is refused.
    """

    def __init__(self, text: str) -> None:
        self._digests = digests(text, "CUTOUT_API_KEYS")

    def accept(self, given: Iterable[str]) -> bool:
        """Return whether one of the given strings is a key."""
        return matches(given, self._digests)


class SecretKeys:
    """Accept the keys of a secret in AWS Secrets Manager.

    To replace a key without refusing any client, keep the old and the new key in the secret for a
    while.
    """

    def __init__(self, secret: SecretText) -> None:
        self._secret = secret
        self._lock = Lock()
        self._text: str | None = None
        self._digests: list[bytes] = []

    def accept(self, given: Iterable[str]) -> bool:
        """Return whether one of the given strings is a key.

        Calls the network for the first request and then every few minutes. Raise
        `KeysUnavailableError` if the secret cannot be read.
        """
        current = self._current()
        if not current:
            raise KeysUnavailableError
        return matches(given, current)

    def _current(self) -> list[bytes]:
        text = self._secret.text()
        with self._lock:
            if text != self._text:
                source = f"The secret with {self._secret.name}"
                self._text, self._digests = text, digests(text, source)
            return self._digests


def digests(text: str, source: str) -> list[bytes]:
    """Return the digest of each key of the text, and log how many words are refused as keys."""
    parsed = parse_keys(text)
    if not parsed.keys:
        logger.error(
            "%s holds no valid key, so all requests are refused: %s", source, parsed.refusals
        )
    elif parsed.refused:
        logger.warning("%s holds words that are not keys: %s", source, parsed.refusals)
    return [_digest(key) for key in parsed.keys]


def matches(given: Iterable[str], keys: list[bytes]) -> bool:
    """Return whether a given string is one of the keys.

    The comparison takes the same time for every key: digests have one length, and all are compared.
    """
    return sum(hmac.compare_digest(_digest(each), key) for each in given for key in keys) > 0


def _digest(key: str) -> bytes:
    return sha256(key.encode("utf-8", "surrogatepass")).digest()


def open_keys(settings: Settings) -> Keys | None:
    """Return the keys, or None if requests need none."""
    if settings.api_keys.get_secret_value():
        return FixedKeys(settings.api_keys.get_secret_value())
    if settings.api_keys_secret and not settings.sam_local:
        return SecretKeys(SecretText(settings, settings.api_keys_secret, "the API keys"))
    return None


def open_front_key(settings: Settings) -> Keys | None:
    """Return the key that the distribution in front of the API sends, or None if there is none."""
    if settings.front_secret and not settings.sam_local:
        return SecretKeys(SecretText(settings, settings.front_secret, "the distribution's key"))
    return None
