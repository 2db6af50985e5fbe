"""The animated picture of the README from the recording beside this file: `make recording` (needs npm).

The waiting is played faster, the rest as it was recorded, and the last screen stays for a while. Nothing that was
printed is left out, but frames of the spinner.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RECORDED, DRAWN = HERE / "optimize.cast", HERE.parent / "pictures" / "optimize.svg"
TYPED, FASTER, FRAME, LAST = 3.5, 36.0, 0.25, 10.0
"""seconds of typing; how much faster the waiting is played; seconds between two frames of it; seconds of the end"""
RENDER = ("npx", "--yes", "svg-term-cli@2.1.1", "--window", "--no-cursor")


def shortened(events: list[list[Any]], end: float) -> list[list[Any]]:
    """The events at their new times; of the spinner's frames, as many as can be seen."""
    kept: list[list[Any]] = []
    for at, kind, text in events:
        new = at if at < TYPED else TYPED + (min(at, end) - TYPED) / FASTER + max(at - end, 0.0)
        spins = text.startswith("\r\x1b[2K") and "\n" not in text
        if not spins or not kept or new - kept[-1][0] >= FRAME:
            kept.append([round(new, 3), kind, text])
    return [*kept, [kept[-1][0] + LAST, "o", " "]]


def main() -> None:
    """Write the picture."""
    head, *lines = RECORDED.read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines]
    found = next(at for at, _, text in events if "[done]" in text)
    short = "\n".join([head, *(json.dumps(e) for e in shortened(events, found))])
    drawn = subprocess.run(RENDER, input=short, capture_output=True, text=True, check=True).stdout
    DRAWN.write_text(drawn.rstrip("\n") + "\n", encoding="utf-8")
    print(f"{DRAWN}: {DRAWN.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
