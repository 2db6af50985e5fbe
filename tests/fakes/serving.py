"""What the fake servers share: replies to be sent one after the other, and requests to be looked at."""

import json
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal


@dataclass(frozen=True)
class Says:
    """An answer, streamed in pieces. `stop` is why it ends; None: the stream ends without saying."""

    text: str
    stop: Literal["end", "length", "refused"] | None = "end"
    input_tokens: int = 1000
    output_tokens: int = 100
    cached_tokens: int = 0


@dataclass(frozen=True)
class Status:
    """An error, as the provider words it."""

    code: int
    kind: str = "api_error"
    message: str = "something is wrong"
    headers: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Hangs:
    """The beginning of an answer, and then nothing for as long as the client waits."""

    text: str = '{"steps": '


@dataclass(frozen=True)
class Cuts:
    """The beginning of an answer, and then a broken connection."""

    text: str = '{"steps": '


@dataclass(frozen=True)
class Raw:
    """A reply that is not of this protocol."""

    body: bytes
    content_type: str = "text/html"


Reply = Says | Status | Hangs | Cuts | Raw


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass(frozen=True)
class Dialect:
    """One protocol: the events of an answer, of its beginning alone, and the body of an error."""

    path: str
    whole: Callable[[Says, str], Iterator[str]]
    """server-sent events of an answer, for a model's name"""
    begun: Callable[[str, str], Iterator[str]]
    error: Callable[[Status], dict[str, Any]]


@dataclass
class Fake:
    """A server that is running: where, what it will say, and what it was asked."""

    address: str
    replies: list[Reply]
    asked: list[Asked] = field(default_factory=list[Asked])
    over: threading.Event = field(default_factory=threading.Event)

    def say(self, *replies: Reply) -> None:
        """Replies to the next requests, in order; the last one is repeated."""
        self.replies[:] = replies


@contextmanager
def serving(dialect: Dialect, *replies: Reply) -> Generator[Fake, None, None]:
    """A server of this dialect on a free port of the loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    fake = Fake(f"http://127.0.0.1:{server.server_port}", list(replies))
    server.RequestHandlerClass = _handler(dialect, fake)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        fake.over.set()
        server.shutdown()
        server.server_close()


def pieces(text: str, size: int = 7) -> Iterator[str]:
    """A text as it is streamed."""
    yield from (text[i : i + size] for i in range(0, len(text), size))


def _handler(dialect: Dialect, fake: Fake) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: what was asked is in `fake.asked`."""

        def do_POST(self) -> None:
            body: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["content-length"])))
            headers = {k.lower(): v for k, v in self.headers.items()}
            fake.asked.append(Asked(self.path, headers, body))
            if self.path.partition("?")[0] != dialect.path:
                return self._whole(404, json.dumps(dialect.error(Status(404, "not_found_error", self.path))).encode())
            reply = fake.replies.pop(0) if len(fake.replies) > 1 else fake.replies[0]
            match reply:
                case Status():
                    error = json.dumps(dialect.error(reply)).encode()
                    self._whole(reply.code, error, extra=reply.headers)
                case Raw():
                    self._whole(200, reply.body, reply.content_type)
                case Says():
                    assert body.get("stream") is True
                    self._stream(dialect.whole(reply, body["model"]))
                    self.wfile.write(b"0\r\n\r\n")
                case Hangs():
                    self._stream(dialect.begun(reply.text, body["model"]))
                    fake.over.wait(20)
                    self.close_connection = True
                case Cuts():
                    self._stream(dialect.begun(reply.text, body["model"]))
                    self.close_connection = True
            return None

        def _whole(
            self, code: int, body: bytes, kind: str = "application/json", extra: dict[str, str] | None = None
        ) -> None:
            self.send_response(code)
            for name, value in {"content-type": kind, "content-length": str(len(body)), **(extra or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def _stream(self, events: Iterator[str]) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            for event in events:
                data = event.encode()
                self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
                self.wfile.flush()

    return Handler
