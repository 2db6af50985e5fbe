"""One target under atheris, in a process of its own: `python -m fuzz.child TARGET CORPUS [libFuzzer's options]`."""

import importlib
import sys
from typing import Any


def main() -> None:
    """Never returns: libFuzzer ends the process."""
    atheris: Any = importlib.import_module("atheris")  # of the fuzzer's own environment
    with atheris.instrument_imports(include=["diffagent_mcp"]):
        from fuzz.targets import TARGETS
    name = sys.argv.pop(1)
    atheris.Setup(sys.argv, TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
