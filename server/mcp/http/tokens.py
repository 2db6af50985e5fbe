"""Who stands behind a bearer token: names from a file, or an OAuth issuer's signed tokens."""

import hashlib
import hmac
import re
import stat
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx2
import jwt
from anyio import to_thread
from mcp.server.auth.provider import AccessToken

from ....tools.errors import SetupError, UsageError

SHORTEST = 16
"""characters of a token; shorter ones are guessed"""
_LINE = re.compile(r"(?P<name>[\w.@-]{1,64}):(?:sha256:(?P<digest>[0-9a-fA-F]{64})|(?P<token>[!-~]+))")
_ALGORITHMS = ("RS256", "RS384", "RS512", "ES256", "ES384", "PS256", "EdDSA")
_METADATA = (".well-known/oauth-authorization-server", ".well-known/openid-configuration")
_SECONDS = 10.0


@dataclass(frozen=True)
class Known:
    """Tokens by their SHA-256, and whose they are."""

    names: dict[str, str]

    async def verify_token(self, token: str) -> AccessToken | None:
        """The person of a token; None where nobody has it. Every one is compared, so that time tells nothing."""
        given, found = _digest(token), None
        for digest, name in self.names.items():
            if hmac.compare_digest(digest, given):
                found = name
        return None if found is None else AccessToken(token=token, client_id=found, scopes=[], subject=found)


def from_file(path: Path) -> Known:
    """Lines `NAME:TOKEN` or `NAME:sha256:HEX`; empty ones and those with # are passed over.

    Raises UsageError where the file cannot be read, others may read it, or a line is not right.
    """
    try:
        mode, text = path.stat().st_mode, path.read_text(encoding="utf-8")
    except OSError as e:
        raise UsageError(f"--tokens {path} cannot be read ({e.strerror}): give a file with lines NAME:TOKEN") from e
    except UnicodeDecodeError as e:
        raise UsageError(f"--tokens {path} is not text: give a file with lines NAME:TOKEN") from e
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UsageError(f"--tokens {path} can be read by others: chmod 600 {path}")
    names: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            name, digest = _parsed(line.strip(), f"--tokens {path}, line {number}")
            names[digest] = name
    if not names:
        raise UsageError(f"--tokens {path} holds no token: write a line NAME:TOKEN")
    return Known(names)


def _parsed(line: str, where: str) -> tuple[str, str]:
    found = _LINE.fullmatch(line)
    if found is None:
        raise UsageError(f"{where} is not NAME:TOKEN or NAME:sha256:HEX")
    name, digest, token = found.group("name", "digest", "token")
    if digest is not None:
        return name, digest.lower()
    if len(token) < SHORTEST:
        raise UsageError(f"{where}: the token of {name} has fewer than {SHORTEST} characters")
    return name, _digest(token)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True)
class Issued:
    """Tokens that an OAuth issuer has signed for this server."""

    issuer: str
    audience: str

    async def verify_token(self, token: str) -> AccessToken | None:
        """The person of a token; None where it is not the issuer's, not for this server, or over."""
        return await to_thread.run_sync(self._verified, token)

    def _verified(self, token: str) -> AccessToken | None:
        try:
            key = self._keys.get_signing_key_from_jwt(token).key
            required = ["exp", "iss", "aud", "sub"]
            claims = jwt.decode(
                token,
                key,
                algorithms=list(_ALGORITHMS),
                issuer=self.issuer,
                audience=self.audience,
                options={"require": required},
            )
        except jwt.PyJWTError:
            return None
        return _access(token, claims, self.audience)

    @cached_property
    def _keys(self) -> jwt.PyJWKClient:
        return jwt.PyJWKClient(jwks_of(self.issuer), timeout=int(_SECONDS))


def _access(token: str, claims: dict[str, Any], audience: str) -> AccessToken:
    return AccessToken(
        token=token,
        client_id=str(claims.get("client_id") or claims.get("azp") or claims["sub"]),
        scopes=str(claims.get("scope", "")).split(),
        expires_at=int(claims["exp"]),
        resource=audience,
        subject=str(claims["sub"]),
        claims=claims,
    )


def jwks_of(issuer: str) -> str:
    """Where an issuer publishes its keys. Raises SetupError where it does not say."""
    for page in _METADATA:
        try:
            found = httpx2.get(f"{issuer.rstrip('/')}/{page}", timeout=_SECONDS)
            if found.is_success:
                return str(found.json()["jwks_uri"])
        except (httpx2.HTTPError, ValueError, KeyError):
            continue
    raise SetupError(f"the issuer {issuer} does not say where its keys are: {' and '.join(_METADATA)} have no jwks_uri")
