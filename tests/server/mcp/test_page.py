"""The page for hosts with MCP Apps, in a real browser behind a made-up host that speaks the protocol's messages."""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from mcp import Client
from mcp.types import TextResourceContents
from talking import at_home, talk

from diffagent_mcp.server.mcp.page import ADDRESS

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
POINTS = [
    {"number": 1, "plan": "tome", "speedup": 1.4, "loss": 0.06, "drift": 0.2, "verdict": "too slow", "front": False},
    {
        "number": 2,
        "plan": "sampler(steps=16) <script>alert(1)</script>",
        "speedup": 2.46,
        "speedup_low": 2.42,
        "speedup_high": 2.48,
        "protocol": "final",
        "loss": 0.004,
        "drift": 0.17,
        "verdict": "meets the target",
        "met": True,
        "front": True,
        "winner": True,
    },
    {"number": 3, "plan": "compile", "verdict": "crashed", "reason": "no compiler"},
]
FOUND = {
    "job": "abc",
    "kind": "optimize",
    "state": "done",
    "sentence": "2.46x faster, quality loss 0.4%, drift 0.17",
    "where": "tiny zoo models, cpu",
    "diff": "-50\n+16\n",
}
HOST = """<!doctype html><body style="margin:0"><iframe id="app" style="width:700px;height:700px;border:0"></iframe>
<script>
const points = %(points)s, found = %(found)s, app = document.getElementById("app"), asked = [];
window.addEventListener("message", ({ data }) => {
  const say = (more) => app.contentWindow.postMessage({ jsonrpc: "2.0", ...more }, "*");
  asked.push(data.method + (data.params && data.params.uri ? " " + data.params.uri : ""));
  if (data.method === "ui/initialize") say({ id: data.id, result: { hostContext: { theme: "%(theme)s" } } });
  if (data.method === "ui/notifications/initialized")
    say({ method: "ui/notifications/tool-result", params: { structuredContent: found } });
  if (data.method === "resources/read") say({ id: data.id, result: { contents: [data.params.uri.endsWith("candidates")
    ? { text: JSON.stringify(points) } : { mimeType: "image/png", blob: "%(dot)s" }] } });
  document.title = asked.join(", ");
  setTimeout(() => { document.body.dataset.seen = app.contentDocument.documentElement.outerHTML; }, 300);
});
app.srcdoc = %(page)s;
</script>"""


def page_of(folder: Path) -> str:
    async def said(client: Client) -> str:
        (content,) = (await client.read_resource(ADDRESS)).contents
        assert isinstance(content, TextResourceContents) and content.mime_type == "text/html;profile=mcp-app"
        return content.text

    return talk(at_home(folder), [folder], said)


def shown(folder: Path, theme: str = "light") -> tuple[str, str]:
    """What the host was asked, and the page as it then stands."""
    assert BROWSER is not None
    given = {"points": POINTS, "found": FOUND, "page": page_of(folder)}
    text = {name: json.dumps(value).replace("</", "<\\/") for name, value in given.items()}
    host = folder / "host.html"
    host.write_text(HOST % {**text, "theme": theme, "dot": DOT})
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=4000", "--dump-dom"]
    profile = f"--user-data-dir={folder / 'profile'}"
    done = subprocess.run([BROWSER, *flags, profile, host.as_uri()], capture_output=True, text=True, timeout=90)
    seen = re.search(r'data-seen="([^"]*)"', done.stdout)
    title = re.search(r"<title>(.*?)</title>", done.stdout)
    assert seen is not None and title is not None, done.stderr[-800:]
    return title[1], html.unescape(seen[1])


def test_the_tools_of_a_search_carry_the_page(tmp_path: Path) -> None:
    async def said(client: Client) -> set[str]:
        listed = (await client.list_tools()).tools
        return {t.name for t in listed if (t.meta or {}).get("ui", {}).get("resourceUri") == ADDRESS}

    assert talk(at_home(tmp_path), [tmp_path], said) == {"optimize", "job"}


@pytest.mark.skipif(BROWSER is None, reason="no Chromium here to show the page in")
def test_the_page_shows_the_front_the_pictures_and_the_diff(tmp_path: Path) -> None:
    asked, seen = shown(tmp_path, "dark")
    assert "resources/read job://abc/candidates" in asked and "resources/read report://abc/contact_sheet.png" in asked
    assert "ui/notifications/size-changed" in asked
    assert seen.count("<circle") == 2 and 'class="met winner"' in seen
    assert "Candidate 2: 2.46x (2.42-2.48, final), loss 0.4%, drift 0.17; meets the target." in seen
    assert "3 candidates, 1 failed" in seen and "2.46x faster, quality loss 0.4%" in seen
    assert 'data-theme="dark"' in seen and "data:image/png;base64" in seen and "-50\n+16" in seen
    assert "<script>alert(1)" not in seen.replace("&lt;", "")
