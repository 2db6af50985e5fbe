"""`make audit`: known holes in what this project depends on, by pip-audit; where it cannot ask, it says why."""

import importlib.util
import json
import subprocess
import sys
from typing import Any


def told(run: subprocess.CompletedProcess[str]) -> tuple[str, int]:
    """What a run of pip-audit means, in lines, and the exit code: 0 where nothing is known or nobody could be asked."""
    try:
        packages: list[dict[str, Any]] = json.loads(run.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        words = run.stderr.strip().splitlines()
        return f"not run: pip-audit could not ask ({words[-1][:200] if words else f'exit code {run.returncode}'})", 0
    asked = [p for p in packages if "skip_reason" not in p]
    if not asked:
        return f"not run: the package index here knows nothing of holes (asked for {len(packages)} packages)", 0
    holes = [f"{p['name']} {p['version']}: {v['id']}" for p in asked for v in p.get("vulns", [])]
    known = f"{len(holes)} known holes in {len(asked)} packages, {len(packages) - len(asked)} unknown to the index"
    return "\n".join([*holes, known]), 1 if holes else 0


def main() -> int:
    """Ask, and print what came of it."""
    if importlib.util.find_spec("pip_audit") is None:
        print("not run: pip-audit is not installed here (pip install pip-audit)")
        return 0
    line = [sys.executable, "-m", "pip_audit", *sys.argv[1:], "--format", "json", "--progress-spinner", "off"]
    words, code = told(subprocess.run(line, capture_output=True, text=True, check=False))
    print(words)
    return code


if __name__ == "__main__":
    sys.exit(main())
