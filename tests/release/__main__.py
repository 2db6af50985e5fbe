"""`PYTHONPATH=tests python -m release [NAME ...]`: the checks, or those whose names begin so, and a table."""

import sys
import time

from . import builds, installs, upgrade
from .checking import Check, Said

CHECKS = (
    Check("versions", builds.versions_agree),
    Check("wheel and sdist", builds.wheel_and_sdist),
    *(Check(f"light install, Python {v}", lambda v=v: installs.light(v)) for v in installs.PYTHONS),
    Check("[run,llm,bench] resolves", installs.measuring),
    Check("upgrade of a store", upgrade.upgraded),
    Check("VS Code extension", builds.extension),
    Check("Claude Desktop bundle", builds.bundle),
    Check("Dockerfile, linted", builds.container_linted),
    Check("Dockerfile, built", builds.container_built),
)


def main(names: list[str]) -> int:
    """1 where a check failed."""
    told: list[Said] = []
    for check in (c for c in CHECKS if not names or any(c.name.startswith(n) for n in names)):
        started = time.monotonic()
        said = check.said()
        told.append(said)
        print(f"{said.state:<8} {said.name:<27} {time.monotonic() - started:4.0f} s  {said.sentence}", flush=True)
    failed, skipped = (sum(s.state == state for s in told) for state in ("FAILED", "skipped"))
    print(f"\n{len(told) - failed - skipped} passed, {failed} failed, {skipped} skipped; nothing was published")
    return 1 if failed else 0


sys.exit(main(sys.argv[1:]))
