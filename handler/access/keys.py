"""API keys, and whether a request carries one of them."""

import hmac
from collections.abc import Iterable
from hashlib import sha256
from typing import Protocol

from handler.access.secrets_manager import SecretText
from handler.settings import Settings


class Keys(Protocol):
    """The keys in force."""

    def accept(self, given: Iterable[str]) -> bool:
        """Whether one of the given strings is a key. May ask the network; raises
        `KeysUnavailableError` where that fails."""


class FixedKeys:
    """Those of the environment, apart by white space."""

    def __init__(self, text: str) -> None:
        self._digests = digests(text)

    def accept(self, given: Iterable[str]) -> bool:
        """See `Keys`."""
        return matches(given, self._digests)


class SecretKeys:
    """Those of a secret in AWS Secrets Manager, apart by white space: to change a key without
    turning anybody away, the new one and the old one stand there together for a while."""

    def __init__(self, secret: SecretText) -> None:
        self._secret = secret

    def accept(self, given: Iterable[str]) -> bool:
        """See `Keys`. Asks the network at the first call and then every few minutes."""
        return matches(given, digests(self._secret.text()))


def digests(text: str) -> list[bytes]:
    """Of each key."""
    return [_digest(key) for key in text.split()]


def matches(given: Iterable[str], keys: list[bytes]) -> bool:
    """In a time that tells nothing of the keys: digests are of one length, and all are compared."""
    return sum(hmac.compare_digest(_digest(each), key) for each in given for key in keys) > 0


def _digest(key: str) -> bytes:
    return sha256(key.encode("utf-8", "surrogatepass")).digest()


def open_keys(settings: Settings) -> Keys | None:
    """The keys; None where everybody may ask."""
    if settings.api_keys.get_secret_value():
        return FixedKeys(settings.api_keys.get_secret_value())
    if settings.api_keys_secret and not settings.sam_local:
        return SecretKeys(SecretText(settings))
    return None
