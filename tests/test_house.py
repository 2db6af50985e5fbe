"""The law of the house, as tests: what AGENTS.md says and a machine can check."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("knowledge", "agents", "tools", "server", "bench")
FILES = [p for folder in FOLDERS for p in sorted((ROOT / folder).rglob("*.py"))]
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
SHARED = [p for p in sorted((ROOT / "tests").glob("*.py")) if p not in TESTS]
LINES_A_FILE, LINES_A_FUNCTION = 300, 40
EDGES = ["knowledge/plugins.py", "tools/measure/worker/edge.py"]
"""where code that is not ours is run: plugins, and scripts"""
TORCH_AT_HOME = ("tools/measure/worker/", "tools/measure/scoring.py", "bench/zoo/")
HEAVY = ("torch", "diffusers", "numpy", "matplotlib", "PIL", "sqlite_utils", "libcst")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def nodes(*kinds: type[ast.AST]) -> Iterator[tuple[str, ast.AST]]:
    for path in FILES:
        yield from ((name(path), n) for n in ast.walk(tree(path)) if isinstance(n, kinds))


def told(offenders: list[str]) -> str:
    return "offenders:\n" + "\n".join(offenders)


def test_files_are_short() -> None:
    lengths = {name(p): len(p.read_text(encoding="utf-8").splitlines()) for p in FILES}
    offenders = [f"{file}: {n} lines" for file, n in lengths.items() if n > LINES_A_FILE]
    assert not offenders, told(offenders)


def test_functions_are_short() -> None:
    offenders: list[str] = []
    for file, node in nodes(ast.FunctionDef, ast.AsyncFunctionDef):
        assert isinstance(node, Function)
        lines = (node.end_lineno or node.lineno) - node.lineno + 1
        if lines > LINES_A_FUNCTION:
            offenders.append(f"{file}:{node.lineno} {node.name}: {lines} lines")
    assert not offenders, told(offenders)


def broad(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(c is None or ast.unparse(c) in ("Exception", "BaseException") for c in caught)


def raises_again(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def test_everything_is_caught_only_where_foreign_code_is_run() -> None:
    found = [
        file
        for file, n in nodes(ast.ExceptHandler)
        if isinstance(n, ast.ExceptHandler) and broad(n) and not raises_again(n)
    ]
    assert found == EDGES


def test_nothing_is_suppressed_broadly() -> None:
    calls = ((f, ast.unparse(n)) for f, n in nodes(ast.Call) if isinstance(n, ast.Call))
    offenders = [f"{f}: {c}" for f, c in calls if re.match(r"(contextlib\.)?suppress\(.*\b(Base)?Exception\b", c)]
    assert not offenders, told(offenders)


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [a.name for a in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []


def test_no_eval_no_pickle_no_shell() -> None:
    offenders: list[str] = []
    for file, node in nodes(ast.Call, ast.Import, ast.ImportFrom):
        if isinstance(node, ast.Call):
            shell = any(k.arg == "shell" and ast.unparse(k.value) != "False" for k in node.keywords)
            if shell or ast.unparse(node.func) in ("eval", "os.system", "os.popen"):
                offenders.append(f"{file}:{node.lineno} {ast.unparse(node)[:60]}")
        elif {m.split(".")[0] for m in imported(node)} & {"pickle", "cPickle", "dill", "shelve", "marshal"}:
            offenders.append(f"{file}: {ast.unparse(node)}")
    assert not offenders, told(offenders)


def test_torch_is_imported_only_where_pictures_are_made_or_scored() -> None:
    offenders = [
        f"{file}: {ast.unparse(node)}"
        for file, node in nodes(ast.Import, ast.ImportFrom)
        if {m.split(".")[0] for m in imported(node)} & {"torch", "diffusers"} and not file.startswith(TORCH_AT_HOME)
    ]
    assert not offenders, told(offenders)


def test_inside_the_package_imports_are_relative() -> None:
    offenders = [
        f"{file}: {ast.unparse(node)}"
        for file, node in nodes(ast.Import, ast.ImportFrom)
        if any(m.split(".")[0] in ("diffagent_mcp", *FOLDERS) for m in imported(node))
    ]
    assert not offenders, told(offenders)


def loaded(*arguments: str) -> set[str]:
    """Top-level modules that are loaded when the command line has run with `arguments`, in a process of its own."""
    code = (
        "import contextlib, io, sys\n"
        "from diffagent_mcp.server import cli\n"
        "sys.argv = ['diffagent-mcp', *sys.argv[1:]]\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()): cli.main()\n"
        "print(*{m.split('.')[0] for m in sys.modules})\n"
    )
    run = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    return set(run.stdout.split())


def test_the_command_line_opens_without_heavy_libraries() -> None:
    found = loaded("--help")
    assert "typer" in found
    assert not found & set(HEAVY)


@pytest.mark.parametrize("arguments", [("analyze", "examples/sd15_text2img.py"), ("methods",)])
def test_reading_needs_no_torch(arguments: tuple[str, ...]) -> None:
    found = loaded(*(str(ROOT / a) if a.endswith(".py") else a for a in arguments))
    assert "pydantic" in found
    assert not found & {"torch", "diffusers", "transformers"}


def test_arrows_point_one_way() -> None:
    code = "from importlinter.cli import lint_imports_command as c; c(['--no-cache', '--config', 'pyproject.toml'])"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stdout + run.stderr


def written_in(path: Path) -> Iterator[Function]:
    for node in ast.walk(tree(path)):
        if isinstance(node, Function) and node.name.startswith("test_"):
            yield node


def checks(function: ast.AST, helpers: set[str]) -> bool:
    """An assert, `pytest.raises` or `pytest.fail`; or a call of a helper that has one."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in ("pytest.raises", "pytest.fail") or called.rpartition(".")[2] in helpers:
                return True
    return False


@pytest.mark.parametrize("path", TESTS, ids=name)
def test_every_test_checks_something(path: Path) -> None:
    at_hand = [path, *SHARED]
    functions = [n for p in at_hand for n in ast.walk(tree(p)) if isinstance(n, Function)]
    helpers = {f.name for f in functions if not f.name.startswith("test_") and checks(f, set())}
    offenders = [f.name for f in written_in(path) if not checks(f, helpers)]
    assert not offenders, told(offenders)
