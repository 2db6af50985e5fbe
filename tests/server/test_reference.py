"""The reference pages are what the code says today, and the code says something about everything public."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from typer.testing import CliRunner

from diffagent_mcp.knowledge.catalogue import METHODS
from diffagent_mcp.knowledge.types import Failure
from diffagent_mcp.server import cli, complaints, exits, reference
from diffagent_mcp.server.reference.commands import commands, parameters
from diffagent_mcp.server.reference.methods import method_section
from diffagent_mcp.server.reference.tables import cell
from diffagent_mcp.server.service import Unmeasurable

ROOT = Path(__file__).parents[2]
FOLDERS = ("knowledge", "agents", "tools", "server", "bench")
PAGES = reference.render()
FAILURES: list[Any] = list(get_args(Failure))


@pytest.mark.parametrize("name", PAGES)
def test_the_committed_page_is_the_rendered_one(name: str) -> None:
    file = ROOT / "docs" / "reference" / name
    assert file.exists() and file.read_text(encoding="utf-8") == PAGES[name], f"run `make docs`: {name} is out of date"


def test_no_page_is_left_over_from_another_time() -> None:
    there = {p.name for p in (ROOT / "docs" / "reference").glob("*.*")}
    assert there == set(PAGES)


def test_main_writes_every_page(tmp_path: Path) -> None:
    reference.main(str(tmp_path / "deep" / "folder"))
    assert {p.name: p.read_text() for p in (tmp_path / "deep" / "folder").iterdir()} == PAGES


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.slug)
def test_every_method_shows_what_it_writes_and_how_it_is_proven(method: Any) -> None:
    section = method_section(method)
    added = [line for line in section.splitlines() if line.startswith("+") and not line.startswith("+++")]
    assert added, f"{method.slug} changes nothing in the example"
    assert "leaves no sign" not in section, f"{method.slug} has no proof that the example could fail"
    assert all(f"`{name}`" in section for name in method.model_fields)


@pytest.mark.parametrize("kind", FAILURES, ids=lambda k: k.__name__)
def test_exit_codes_are_those_of_the_command_line(kind: Any) -> None:
    failure = kind.model_construct(message="x", evidence="")

    def fails() -> None:
        raise Unmeasurable(failure)

    with pytest.raises(SystemExit) as ended:
        complaints.measured(fails)
    assert ended.value.code == exits.of_failure(kind)


@pytest.mark.parametrize("name,command", list(commands()))
def test_every_command_and_option_has_a_help_text(name: str, command: Any) -> None:
    found = list(parameters(command))
    assert command.__doc__, f"{name} has no docstring"
    assert not [p.name for p in found if len(p.help) < 5]


@pytest.mark.parametrize("name,command", list(commands()))
def test_options_are_named_as_the_command_line_names_them(
    name: str, command: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, value in {"COLUMNS": "300", "TERM": "dumb", "NO_COLOR": "1"}.items():
        monkeypatch.setenv(variable, value)
    shown = set(re.findall(r"--[a-z][a-z-]*", CliRunner().invoke(cli.app, [*name.split(), "--help"]).stdout))
    assert {p.name for p in parameters(command) if not p.positional} == shown - {"--help"}


def test_a_table_cell_stays_one_cell() -> None:
    assert cell("a|b\nc") == "a\\|b c"


def public_without_docstring() -> Iterator[str]:
    """Public functions and classes at module level, and public modules, that say nothing about themselves."""
    for file in (p for folder in FOLDERS for p in sorted((ROOT / folder).rglob("*.py"))):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        where = file.relative_to(ROOT)
        if tree.body and not ast.get_docstring(tree) and where.parts[:2] != ("knowledge", "methods"):
            yield f"{where}: the module"
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            if not node.name.startswith("_") and not ast.get_docstring(node):
                yield f"{where}:{node.lineno} {node.name}"


def test_everything_public_has_a_docstring() -> None:
    missing = list(public_without_docstring())
    assert not missing, "no docstring:\n" + "\n".join(missing)


def test_the_tutorial_shows_what_analyze_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    shown = text.partition("$ diffagent-mcp analyze draw.py\n")[2].partition("```")[0]
    (tmp_path / "draw.py").write_text((ROOT / "examples" / "sd15_text2img.py").read_text())
    monkeypatch.chdir(tmp_path)
    command = [sys.executable, "-m", "diffagent_mcp", "analyze", "draw.py"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert shown and said == shown


GUIDES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])
COMPLETION = ("--install-completion", "--show-completion")
"""options that typer adds"""


def headings(page: Path) -> set[str]:
    """Where links into a page can lead, as forges and the site make them of its headings."""
    prose = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    titles = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    plain = (re.sub(r"[`*]|\]\([^)]*\)|\[", "", t).lower() for t in titles)
    return {re.sub(r"[^\w -]", "", t).strip().replace(" ", "-") for t in plain}


@pytest.mark.parametrize("page", GUIDES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    prose = re.sub(r"`[^`\n]*`", "", page.read_text(encoding="utf-8"))
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", prose)
    broken = [t for t in targets if "://" not in t and not (page.parent / t).exists()]
    assert not broken
    for target, heading in re.findall(r"\]\(([^)#\s]*)#([^)]+)\)", prose):
        if "://" not in target and (other := page.parent / target if target else page).suffix == ".md":
            assert heading in headings(other), f"{target} has no heading {heading}"


@pytest.mark.parametrize("page", GUIDES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_options_in_the_guides_exist(page: Path) -> None:
    known = {p.name for _, c in commands() for p in parameters(c)} | {"--version", "--help", *COMPLETION}
    lines = [line for line in page.read_text(encoding="utf-8").splitlines() if "diffagent-mcp " in line]
    behind = [line.partition("diffagent-mcp ")[2] for line in lines]
    asked = {option for words in behind for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", words)}
    assert asked <= known


def test_every_page_is_in_the_navigation_of_the_site() -> None:
    listed = set(re.findall(r"([\w./-]+\.md)$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"), re.MULTILINE))
    pages = {p.relative_to(ROOT / "docs").as_posix() for p in (ROOT / "docs").rglob("*.md")}
    assert pages == listed - {"contributing.md", "changelog.md", "rules.md"}
