"""A unified diff of two texts, as `git diff` would print it."""

import difflib


def unified(before: str, after: str, name: str) -> str:
    """Empty where nothing differs. Ends every line with a newline; a missing one at the end is said."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    lines: list[str] = []
    for line in difflib.unified_diff(old, new, f"a/{name}", f"b/{name}"):
        lines.append(line if line.endswith(("\n", "\r")) else f"{line}\n\\ No newline at end of file\n")
    return "".join(lines)
