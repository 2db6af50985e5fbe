"""Keys of language models: from the environment or the system's keyring, and never anywhere else.

A key lives in a `SecretStr`, which prints as stars. Text that comes from outside passes `hide` before it is shown, kept
or sent, and child processes get `without_keys(os.environ)`.
"""

import importlib.util
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import SecretStr

from .names import Named

SERVICE = "diffagent"
"""the keyring's service; its user names are `anthropic`, `openai` and `openai@HOST`"""
_LOOKS_SECRET = re.compile(
    r"(^|_)(API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|AUTH|PAT)(_|\d|$)", re.IGNORECASE
)
_SHORTEST = 8
"""characters; a shorter value is a word, and hiding it would spoil text that has nothing to do with it"""
HIDDEN = "[key]"
PLACEHOLDER = "none"
"""sent to a local endpoint that asks for no key, as the client library insists on one"""


_FOUND: set[str] = set()
"""values that the keyring gave to this process, so that `hide` knows them"""


@dataclass(frozen=True)
class Key:
    """A key, and where it was found, in words."""

    value: SecretStr
    source: str


def variables(named: Named) -> list[str]:
    """Environment variables that may hold a model's key, the first that is set wins.

    The key for OpenAI itself is not sent to other addresses, which have one of their own, or none.
    """
    own = f"DIFFAGENT_{named.kind.upper()}_API_KEY"
    return [own] if named.url else [own, f"{named.kind.upper()}_API_KEY"]


def keyring_entry(named: Named) -> str:
    """The user name under which the keyring holds a model's key."""
    return f"{named.kind}@{named.host}" if named.url else named.kind


def find(named: Named) -> Key | None:
    """A model's key, or None where neither the environment nor the keyring has one."""
    for name in variables(named):
        if value := os.environ.get(name, "").strip():
            return Key(SecretStr(value), f"the variable {name}")
    value = _from_keyring(keyring_entry(named))
    if not value:
        return None
    _FOUND.add(value)
    return Key(SecretStr(value), "the keyring")


def unusable(key: Key) -> str | None:
    """Why no request can carry a key, in a sentence that does not hold it; None where one can."""
    value = key.value.get_secret_value()
    place = next((n for n, c in enumerate(value, 1) if not "!" <= c <= "~"), None)
    if place is None:
        return None
    return (
        f"the key from {key.source} cannot be sent: its character {place} of {len(value)} is a space, a line break or "
        "no ASCII letter, digit or sign; copy the key again, alone"
    )


def missing(named: Named) -> str:
    """One sentence: how to give a model its key."""
    return (
        f"{named} needs a key: set the variable {' or '.join(reversed(variables(named)))}, or store it with "
        f"`keyring set {SERVICE} {keyring_entry(named)}`"
    )


def _from_keyring(user: str) -> str | None:
    if importlib.util.find_spec("keyring") is None:
        return None
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(SERVICE, user)
    except (KeyringError, OSError, RuntimeError):
        return None  # no keyring runs here, or it is locked: the same as one without the entry


def looks_secret(name: str) -> bool:
    """Whether a variable's name says that it holds a key."""
    return bool(_LOOKS_SECRET.search(name))


def without_keys(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment for a child process: without any variable that looks like a key or holds one of ours."""
    ours = {v for k, v in environment.items() if k.endswith("_API_KEY") and len(v) >= _SHORTEST}
    return {k: v for k, v in environment.items() if not looks_secret(k) and v not in ours}


def hide(text: str) -> str:
    """Text without the values of keys, those of the environment and the one in use, longest first."""
    held = {v.strip() for k, v in os.environ.items() if looks_secret(k)} | _FOUND
    for value in sorted((v for v in held if len(v) >= _SHORTEST), key=len, reverse=True):
        text = text.replace(value, HIDDEN)
    return text
