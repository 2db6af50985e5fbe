"""The wheel in empty environments: what it pulls, and whether reading, both servers and completion work."""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from .builds import DIST, version, wheel
from .checking import ROOT, Skipped, Wrong, hold, need, run

PYTHONS = ("3.10", "3.11", "3.12", "3.13")
HEAVY = ("torch", "diffusers", "transformers", "numpy", "nvidia-cublas", "pydantic-ai-slim", "optuna")
EXAMPLE = ROOT / "examples" / "sd15_text2img.py"
CALL = {"jsonrpc": "2.0", "id": 1, "method": "initialize"}
LSP = {**CALL, "params": {"processId": None, "rootUri": None, "capabilities": {}}}
MCP = {
    **CALL,
    "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "check", "version": "1"}},
}


def interpreter(wanted: str) -> str:
    """A Python of this version that runs. Raises Skipped where there is none."""
    for known in (
        shutil.which(f"python{wanted}"),
        *sorted(map(str, Path.home().glob(f".pyenv/versions/{wanted}.*/bin/python"))),
    ):
        if known and _runs(known, wanted):
            return known
    uv = _uv()
    if uv is None:
        raise Skipped(f"no Python {wanted} runs here, and there is no uv that could find one")
    done = subprocess.run([uv, "python", "find", "--no-project", wanted], capture_output=True, text=True)
    if done.returncode or not _runs(done.stdout.strip(), wanted):
        raise Skipped(f"no Python {wanted} runs here: {(done.stderr.strip().splitlines() or ['uv finds none'])[-1]}")
    return done.stdout.strip()


def _uv() -> str | None:
    beside = ROOT / ".venv" / "bin" / "uv"
    return str(beside) if beside.exists() else shutil.which("uv")


def _runs(python: str, wanted: str) -> bool:
    """Shims are on the PATH also for versions that are not installed."""
    done = subprocess.run([python, "--version"], capture_output=True, text=True)
    return done.returncode == 0 and f"Python {wanted}." in done.stdout


def light(wanted: str) -> str:
    """Without extras: no torch, and `analyze`, the language server and the MCP server answer."""
    python = interpreter(wanted)
    with tempfile.TemporaryDirectory(prefix="diffagent-release-") as folder:
        place = Path(folder)
        run([python, "-m", "venv", place / "venv"])
        pip = [place / "venv/bin/python", "-m", "pip", "--disable-pip-version-check"]
        run([*pip, "install", "--quiet", wheel()], cwd=place)
        installed = {each["name"].lower() for each in json.loads(run([*pip, "list", "--format", "json"], cwd=place))}
        pulled = sorted(installed & set(HEAVY))
        hold(not pulled, f"it pulls {', '.join(pulled)}")
        _answers(place)
        _completes(place)
        if wanted == "3.11":
            _listed(place)
    return f"{len(installed)} packages, no torch; analyze, lsp, serve, completion answer ({python})"


def _answers(place: Path) -> None:
    """The installed command, from a folder that is not the checkout, with a home of its own."""
    command, own = place / "venv/bin/diffagent-mcp", {"DIFFAGENT_HOME": str(place / "home"), "HOME": str(place)}
    told = json.loads(run([command, "--version", "--json"], cwd=place, environment=own))
    hold(told["version"] == version() and told["libraries"]["torch"] is None, f"--version --json says {told}")
    shutil.copy(EXAMPLE, place / "draw.py")
    read = json.loads(run([command, "analyze", "draw.py", "--json"], cwd=place, environment=own))
    hold(read["pipelines"][0]["pipeline_class"] == "StableDiffusionPipeline", "analyze does not see the pipeline")
    run([command, "estimate", "draw.py", "--speedup", "2"], cwd=place, environment=own)
    asked = json.dumps(LSP)
    reply = run([command, "lsp"], cwd=place, environment=own, given=f"Content-Length: {len(asked)}\r\n\r\n{asked}")
    hold('"capabilities"' in reply, "the language server does not answer initialize")
    reply = run([command, "serve", "--workspace", place], cwd=place, environment=own, given=json.dumps(MCP) + "\n")
    answer: dict[str, Any] = json.loads(reply.splitlines()[0])
    hold(answer.get("result", {}).get("serverInfo", {}).get("version") == version(), f"serve answers {reply[:200]}")


def _completes(place: Path) -> None:
    """What `--install-completion` installs, and what it offers for a word."""
    command, variable = place / "venv/bin/diffagent-mcp", "_DIFFAGENT_MCP_COMPLETE"
    for shell in ("bash", "zsh", "fish"):
        script = run([command], environment={variable: f"source_{shell}"})
        hold(variable in script, f"no completion script for {shell}")
        if shell == "bash" and shutil.which("bash"):
            run(["bash", "-n"], given=script)
    words = {"COMP_WORDS": "diffagent-mcp opt", "COMP_CWORD": "1"}
    offered = run([command], environment={variable: "complete_bash", **words}).split()
    hold(offered == ["optimize"], f"for `opt` it offers {offered}")


def _listed(place: Path) -> None:
    """A bill of materials of the light install, dist/diffagent-mcp.cdx.json."""
    try:
        lister = need("cyclonedx-py", "pip install cyclonedx-bom")
    except Skipped as e:
        raise Wrong(f"no bill of materials: {e}") from e
    target = DIST / "diffagent-mcp.cdx.json"
    run([lister, "environment", place / "venv/bin/python", "--output-file", target])
    names = {c["name"] for c in json.loads(target.read_text())["components"]}
    hold({"diffagent-mcp", "pydantic", "mcp"} <= names, "the bill of materials lacks what is installed")


def measuring() -> str:
    """`[run]` can be resolved; installing it takes gigabytes, so it is only asked what would be installed."""
    wanted, uv = f"diffagent-mcp[run,llm,bench] @ file://{wheel()}", _uv()
    if uv is None:
        raise Skipped("uv is not here: pip install uv (pip itself takes minutes to resolve torch)")
    found = run([uv, "pip", "compile", "--quiet", "--no-header", "--no-annotate", "-"], given=wanted + "\n")
    names = {line.partition("==")[0].partition(" @")[0] for line in found.splitlines() if line.strip()}
    hold({"torch", "diffusers", "open-clip-torch"} <= names, "torch is not among what it resolves to")
    return f"resolves to {len(names)} packages; none of them is installed for it"
