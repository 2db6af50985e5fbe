"""`python -m diffagent_mcp.bench.tasks [inputs]`: write the task file and its page's table, or the input pictures."""

import sys

from ...tools import textfile
from .generate import as_lines, generate
from .inputs import draw
from .load import FILE, load, sha
from .page import PAGE, with_table


def main(arguments: list[str]) -> None:
    """Everything in the repository that comes from the seed."""
    if arguments == ["inputs"]:
        draw()
        return
    FILE.parent.mkdir(parents=True, exist_ok=True)
    textfile.write(FILE, as_lines(generate()))
    if PAGE.exists():
        textfile.write(PAGE, with_table(PAGE.read_text(encoding="utf-8"), load()))
    print(f"{FILE}: {len(load())} tasks, {sha()}")


if __name__ == "__main__":
    main(sys.argv[1:])
