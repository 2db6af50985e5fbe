"""Claude Code itself, from npm: it starts the server, lists it as connected, and carries a call of its model to a tool.

Its model is a made-up one on loopback that asks for `analyze` and then repeats what it was told.
"""

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
CLAUDE = os.environ.get("DIFFAGENT_CLAUDE") or shutil.which("claude")
TOOL = "mcp__diffagent__analyze"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CLAUDE is None, reason="Claude Code is not here; `make test-clients` installs it from npm"),
]


def _event(kind: str, **fields: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()


def _answer(body: dict[str, Any]) -> dict[str, Any]:
    """Calls the tool once; then says what came back."""
    returned = [b for m in body["messages"] if isinstance(m["content"], list) for b in m["content"]]
    results = {b["tool_use_id"]: b for b in returned if b["type"] == "tool_result"}
    if "toolu_1" in results:
        return {"type": "text", "text": f"TOLD {json.dumps(results['toolu_1'])}"}
    names = [t["name"] for t in body.get("tools", [])]
    if TOOL not in names and "ToolSearch" in names and "toolu_0" not in results:
        return {"type": "tool_use", "id": "toolu_0", "name": "ToolSearch", "input": {"query": f"select:{TOOL}"}}
    if names:
        return {"type": "tool_use", "id": "toolu_1", "name": TOOL, "input": {"script": "draw.py"}}
    return {"type": "text", "text": "a title"}


class Model(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))))
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        usage = {"input_tokens": 10, "output_tokens": 1}
        start = {"id": "msg_1", "type": "message", "role": "assistant", "model": body["model"], "content": []}
        self.wfile.write(_event("message_start", message={**start, "stop_reason": None, "usage": usage}))
        self.wfile.write(b"".join(self._block(_answer(body))))
        self.wfile.write(_event("message_stop"))

    def _block(self, block: dict[str, Any]) -> Iterator[bytes]:
        called = block["type"] == "tool_use"
        empty = {**block, "input": {}} if called else {"type": "text", "text": ""}
        whole = (
            {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
            if called
            else {"type": "text_delta", "text": block["text"]}
        )
        yield _event("content_block_start", index=0, content_block=empty)
        yield _event("content_block_delta", index=0, delta=whole)
        yield _event("content_block_stop", index=0)
        stop = {"stop_reason": "tool_use" if called else "end_turn", "stop_sequence": None}
        yield _event("message_delta", delta=stop, usage={"output_tokens": 5})

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def model() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Model) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    shutil.copy(ROOT / "examples/sd15_text2img.py", folder / "draw.py")
    return folder


def claude(project: Path, *arguments: str, **variables: str) -> str:
    assert CLAUDE is not None
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("ANTHROPIC", "CLAUDE"))},
        "HOME": str(project.parent / "home"),
        "DIFFAGENT_HOME": str(project.parent / "store"),
        "DIFFAGENT_MODELS": "zoo",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "PATH": f"{ROOT / '.venv/bin'}:{os.environ['PATH']}",
        **variables,
    }
    done = subprocess.run(
        [CLAUDE, *arguments], cwd=project, env=environment, capture_output=True, text=True, timeout=120
    )
    return done.stdout + done.stderr


def test_the_command_of_the_documentation_connects(project: Path) -> None:
    claude(project, "mcp", "add", "diffagent", "--", "diffagent-mcp", "serve")
    assert "✔ Connected" in claude(project, "mcp", "list")


def test_the_plugin_is_valid_and_loads(project: Path) -> None:
    plugin = str(ROOT / "editor_ext/claude-code")
    assert "Validation passed" in claude(project, "plugin", "validate", plugin)
    assert "loaded" in claude(project, "--plugin-dir", plugin, "plugin", "list")


def test_its_model_calls_a_tool_and_is_told_what_the_script_is(project: Path, model: str) -> None:
    config = project.parent / "mcp.json"
    config.write_text(json.dumps({"mcpServers": {"diffagent": {"command": "diffagent-mcp", "args": ["serve"]}}}))
    said = claude(
        project,
        *("-p", "what is draw.py?", "--mcp-config", str(config), "--strict-mcp-config"),
        *("--allowedTools", f"{TOOL},ToolSearch", "--model", "claude-sonnet-4-5"),
        ANTHROPIC_BASE_URL=model,
        ANTHROPIC_API_KEY="sk-ant-none",
    )
    assert "TOLD" in said and "StableDiffusionPipeline" in said and "stable-diffusion-v1-5" in said
