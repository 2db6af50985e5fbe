"""Tokens of an OAuth issuer: a real issuer on loopback that publishes its keys, and tokens it signed or did not."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import anyio
import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm
from talking import at_home

from diffagent_mcp.server.mcp.http.serving import Listen, served
from diffagent_mcp.server.mcp.http.tokens import Issued, jwks_of
from diffagent_mcp.tools.errors import SetupError

OURS = "https://gpu.example.org/mcp"
KEY, OTHER = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))


class Issuer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        here = f"http://127.0.0.1:{self.server.server_port}"  # pyright: ignore[reportAttributeAccessIssue]
        public = {**ECAlgorithm.to_jwk(KEY.public_key(), as_dict=True), "kid": "1", "use": "sig"}
        pages: dict[str, Any] = {
            "/.well-known/openid-configuration": {"issuer": here, "jwks_uri": f"{here}/keys"},
            "/keys": {"keys": [public]},
        }
        body = json.dumps(pages.get(self.path, {})).encode()
        self.send_response(200 if self.path in pages else 404)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Issuer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def signed(issuer: str, key: Any = KEY, **claims: Any) -> str:
    usual = {"iss": issuer, "aud": OURS, "sub": "ann", "exp": time.time() + 60, "scope": "jobs"}
    wanted = {k: v for k, v in {**usual, **claims}.items() if v is not None}
    return jwt.encode(wanted, key, algorithm="ES256", headers={"kid": "1"})


def test_a_signed_token_names_the_person(issuer: str) -> None:
    found = anyio.run(Issued(issuer, OURS).verify_token, signed(issuer))
    assert found is not None and (found.subject, found.scopes, found.resource) == ("ann", ["jobs"], OURS)


@pytest.mark.parametrize(
    "wrong",
    [{"aud": "https://other/mcp"}, {"iss": "https://evil"}, {"exp": 1}, {"sub": None}, {"exp": None}, {"key": OTHER}],
    ids=lambda wrong: "-".join(wrong),
)
def test_any_other_token_names_nobody(issuer: str, wrong: dict[str, Any]) -> None:
    assert anyio.run(Issued(issuer, OURS).verify_token, signed(issuer, **wrong)) is None


@pytest.mark.parametrize("token", ["", "a.b.c", jwt.encode({"sub": "ann"}, "", algorithm="none")])
def test_what_is_no_token_names_nobody(issuer: str, token: str) -> None:
    assert anyio.run(Issued(issuer, OURS).verify_token, token) is None


def test_clients_are_told_where_to_get_a_token(issuer: str, tmp_path: Path) -> None:
    app, _ = served(at_home(tmp_path), [tmp_path], Listen(issuer=issuer, address=OURS, host="0.0.0.0"))

    async def asked() -> tuple[httpx2.Response, httpx2.Response]:
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="https://gpu.example.org") as client:
            refused = await client.post("/mcp", json={})
            page = refused.headers["www-authenticate"].partition('resource_metadata="')[2].rstrip('"')
            return refused, await client.get(page)

    refused, page = anyio.run(asked)
    assert refused.status_code == 401
    assert page.json()["resource"] == OURS and page.json()["authorization_servers"] == [issuer]


def test_an_issuer_without_keys_is_a_sentence(issuer: str) -> None:
    with pytest.raises(SetupError, match="does not say where its keys are"):
        jwks_of(f"{issuer}/nothing")
