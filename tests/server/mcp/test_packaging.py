"""What clients are set up with: versions agree, commands exist, and the documentation's examples are what is tested."""

import json
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from talking import at_home, talk
from typer.main import get_command

from diffagent_mcp.server.cli import app
from diffagent_mcp.server.settings import Settings

ROOT = Path(__file__).parents[3]
VERSION = version("diffagent-mcp")
BUNDLE, PLUGIN = ROOT / "editor_ext/claude-desktop", ROOT / "editor_ext/claude-code"


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def test_versions_agree() -> None:
    registry = read(ROOT / "server.json")
    assert registry["version"] == registry["packages"][0]["version"] == VERSION
    assert read(BUNDLE / "manifest.json")["version"] == VERSION
    assert read(PLUGIN / ".claude-plugin/plugin.json")["version"] == VERSION
    assert f"diffagent-mcp[run]=={VERSION}" in (BUNDLE / "pyproject.toml").read_text()


def test_the_registry_finds_its_name_in_the_readme() -> None:
    registry = read(ROOT / "server.json")
    assert f"<!-- mcp-name: {registry['name']} -->" in (ROOT / "README.md").read_text()
    assert len(registry["description"]) <= 100
    named = {v["name"] for v in registry["packages"][0]["environmentVariables"]}
    known = {f"DIFFAGENT_{name.upper()}" for name in Settings.model_fields}
    assert {name for name in named if name.startswith("DIFFAGENT_")} <= known


def test_the_bundle_lists_the_tools_that_there_are(tmp_path: Path) -> None:
    async def said(client: Client) -> set[str]:
        return {t.name for t in (await client.list_tools()).tools}

    listed = {t["name"] for t in read(BUNDLE / "manifest.json")["tools"]}
    assert listed == talk(at_home(tmp_path), [tmp_path], said)


def _examples() -> list[dict[str, Any]]:
    text = (ROOT / "docs/mcp.md").read_text(encoding="utf-8")
    return [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]


def _commands(value: Any) -> list[list[str]]:
    """Every `args` below a value."""
    if isinstance(value, dict):
        own = [value["args"]] if isinstance(value.get("args"), list) else []
        return own + [found for each in value.values() for found in _commands(each)]
    return [found for each in value for found in _commands(each)] if isinstance(value, list) else []


def test_every_set_up_starts_a_command_that_there_is() -> None:
    known: Any = get_command(app)
    every = [*_examples(), read(PLUGIN / ".claude-plugin/plugin.json")["mcpServers"], read(BUNDLE / "manifest.json")]
    found = [arguments for one in every for arguments in _commands(one)]
    assert len(found) >= 6
    for arguments in found:
        place = arguments.index("serve")
        options = {o for p in known.commands["serve"].params for o in p.opts}
        assert {a for a in arguments[place + 1 :] if a.startswith("--")} <= options


@pytest.mark.parametrize("client", ["Claude Desktop", "Claude Code", "VS Code", "Cursor", "Zed", "Continue"])
def test_the_documentation_tells_how_to_set_up(client: str) -> None:
    assert re.search(rf"^#+ .*{client}", (ROOT / "docs/mcp.md").read_text(), re.MULTILINE)
