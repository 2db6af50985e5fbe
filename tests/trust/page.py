"""`PYTHONPATH=tests python -m trust.page`: docs/trust.md, from what the tests of trust left in docs/results/trust."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "docs" / "results" / "trust"
PAGE = FOLDER.parents[1] / "trust.md"
NOT_RUN = "Not run: `{file}` is not there. `{command}` writes it."
_HEAD = """# What can be trusted

Generated from the files in `results/trust/` by `PYTHONPATH=tests python -m trust.page`, with which `make test-trust`
ends; do not edit. What a part does not show was not run.
"""


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(read(FOLDER)))


def read(folder: Path) -> dict[str, Any]:
    """What there is, by the file's name without its ending."""
    return {p.stem: json.loads(p.read_text()) for p in sorted(folder.glob("*.json"))}


def page(found: Mapping[str, Any]) -> str:
    """The whole page."""
    parts = [_HEAD]
    for title, stem, command, said in PARTS:
        absent = NOT_RUN.format(file=f"results/trust/{stem}.json", command=command)
        parts.append(f"\n## {title}\n\n{said(found[stem]) if stem in found else absent}\n")
    return "".join(parts)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(_cell(c) for c in line)} |" for line in lines)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(str(value).replace("|", "\\|").replace("<", "&lt;").split())


def kills(found: dict[str, Any]) -> str:
    """Processes killed with SIGKILL at random moments."""
    rows = [[k["what"], k["kills"], k["runs"], "; ".join(dict.fromkeys(k["broken"])) or "–"] for k in found.values()]
    total = sum(k["kills"] for k in found.values())
    return (
        f"{total} processes were ended with SIGKILL at random moments, and the same command was run again. Each time: "
        "the store passes SQLite's integrity check, no verdict is lost or changed, and no process is left.\n\n"
        + table(["killed", "kills", "runs or jobs that came to their end", "what did not hold"], rows)
        + "\n\nWhat is measured in a search and in a run of the benchmark is made up, so that many kills cost little: "
        "loop, store, claims and transactions are real, what was kept is not measured again, and a run that comes to "
        "its end says the very same as an undisturbed one. A server's jobs are cheap ones; every job that it said it "
        "took has an answer in the end. With real pictures (the zoo, 128 by 128 pixels) `early` is within 12 s after "
        "the process first shows, mostly while libraries and models are loaded, `late` within 90 s; there the command "
        "ends with a sentence and no traceback, and undisturbed comes to its end. `make test-trust KILLS=200` does it "
        "again."
    )


def fuzz(found: list[dict[str, Any]]) -> str:
    """Minutes and executions of each target."""
    names = list(dict.fromkeys(f["target"] for f in found))
    rows: list[list[object]] = []
    for name in names:
        mine = [f for f in found if f["target"] == name]
        minutes = sum(f["seconds"] for f in mine) / 60
        last = mine[-1]
        executed = f"{sum(f['executions'] for f in mine):,}"
        rows.append([name, f"{minutes:.1f}", executed, last["covered"], sum(f["crashed"] for f in mine)])
    return (
        "Coverage-guided (atheris, libFuzzer), seeds from the tests' own scripts, phrasings and answers. An hour "
        "each is the goal, under one is said as it is.\n\n"
        + table(["target", "minutes", "executions", "branches reached", "runs that ended with a finding"], rows)
        + "\n\nFound while the targets were written and run, mended, and held by tests: a candidate's record with half "
        "a character or a number that is not finite could not be kept, one that was nested deeply enough ended the "
        "judge, a refusal without a word had an empty sentence, of a notebook's cell with two sources the first was "
        "taken, where JSON's last one counts, and a request for no steps, no pixels, no memory, or for more images a "
        "minute than there is time for, ended with a traceback. The other finding in `script` was the target's own: it "
        "compiled what only had to parse."
    )


def timing(found: dict[str, Any]) -> str:
    """The script against itself."""
    rows = [row for where, one in found.items() for row in _timed(where, one)]
    head = ["", "comparisons", "speedups", "interval, ±", "holds 1", "called faster", "inconclusive"]
    met = [
        [f"{where}, {kind}", *(_share(v) for v in one[kind]["met"].values())]
        for where, one in found.items()
        for kind in ("final", "quick")
    ]
    targets = [f"{t}x" for t in next(iter(found.values()))["final"]["met"]]
    return (
        'A script against itself, timed by the judge\'s own functions: every "faster" is false.\n\n'
        + table(head, rows)
        + '\n\n"Target met" of an unchanged script, by the target that was asked for. Under `final` this is the '
        "product's rule for the number it reports; under `quick` it is what the search goes on with.\n\n"
        + table(["", *targets], met)
        + "\n\n"
        + "\n".join(_order(where, one) for where, one in found.items())
        + "\n\n![every interval](results/trust/aa-intervals.png)\n\n![noise and load](results/trust/aa-widths.png)"
    )


def _timed(where: str, one: dict[str, Any]) -> list[list[object]]:
    rows: list[list[object]] = []
    for kind in ("final", "quick"):
        k = one[kind]
        inconclusive = _share(k["inconclusive"]) if "inconclusive" in k else "–"
        shown = [f"{k['lowest']:.2f}–{k['highest']:.2f}", f"{100 * k['width']:.1f}%"]
        rows.append(
            [f"{where}, {kind}", k["comparisons"], *shown, _share(k["holds_1"]), _share(k["faster"]), inconclusive]
        )
    return rows


def _order(where: str, one: dict[str, Any]) -> str:
    mean, error = one["bias"]
    places = ", ".join(f"{100 * p:+.1f}%" for p in one["places"])
    return (
        f"- {where}: {one['blocks']} blocks, load {one['load']}, {one['image_s']} s an image. The side that is called "
        f"the candidate came out {100 * mean:+.1f}% (standard error {100 * error:.1f}%). Against the block's median "
        f"the calls took, in their order, {places}."
    )


def _share(said: Sequence[float]) -> str:
    count, of, low, high = said
    return f"{count} of {of} ({100 * low:.1f}–{100 * high:.1f}%)"


def stopping(found: dict[str, list[float]]) -> str:
    """What ending early costs."""
    rows = [[f"± {d}", f"{100 * held:.1f}%", f"{used:.1f}"] for d, (held, used) in found.items()]
    return (
        "Made-up blocks of an unchanged script (2000 comparisons a row, no machine takes part): the share of 95% "
        "intervals that hold 1 under the rule by which `final` ends.\n\n"
        + table(["blocks differ by", "intervals that hold 1", "blocks, mean"], rows)
    )


def quality(found: dict[str, Any]) -> str:
    """How many prompts it takes."""
    spread = list(found["deviation"])
    needed = [[f"a loss of {x}", *by.values()] for x, by in found["prompts"].items()]
    seen = [[f"{n} prompts", *(f"{100 * p:.0f}%" for p in by.values())] for n, by in found["power"].items()]
    said = ", ".join(f"{name} {100 * d:.1f}%" for name, d in found["deviation"].items())
    return (
        f"From {found['candidates']} measured candidates of the landscapes: one prompt's loss differs from the next's "
        f"by {said} (standard deviation, paired by prompt and seed). Prompts that are needed to tell a loss from none "
        "in 80% of all cases, at 95%:\n\n"
        + table(["", *(f"{s} candidate" for s in spread)], needed)
        + "\n\nThe chance to tell it with the prompts of the protocols, for the median candidate:\n\n"
        + table(["", *next(iter(found["power"].values()))], seen)
        + "\n\n![power](results/trust/power.png)"
    )


def cheats(found: dict[str, Any]) -> str:
    """What became of twenty cheats, before and after the judge was mended."""
    kinds = list(dict.fromkeys(one["ruling"] for run in found.values() for one in run["cheats"].values()))
    rows = [
        [when.replace("_", " "), *(sum(c["ruling"] == kind for c in run["cheats"].values()) for kind in kinds)]
        for when, run in found.items()
    ]
    return (
        "Twenty cheats, written before the judge was read. `refused`: with a reason; `gate`: the bounds on quality "
        "caught it; `tie`: it gained nothing; `believed`: it got through. Seen once, the set is no blind test any "
        "more. The twenty-four known ones, each with an honest twin, are tests (`tests/cheats`, "
        "[how each is caught](measurement.md#integrity)).\n\n" + table(["", *kinds], rows)
    )


def escapes(found: dict[str, Any]) -> str:
    """What became of each attempt under each layer."""
    layers, names = found["contained"], list(dict.fromkeys(n for one in found["contained"].values() for n in one))
    rows = [[name, *(one.get(name, "not run") for one in layers.values())] for name in names]
    absent = "".join(f" Not run under {layer}: {why}." for layer, why in found["not_run"].items())
    held = sum(found == "contained" for one in layers.values() for found in one.values())
    total = sum(len(one) for one in layers.values())
    return (
        f"{held} of {total} attempts contained: Linux {found['kernel']}, {found['machine']}, as {found['user']}, "
        f"{found['date']}.{absent} What each layer is: [sandbox](sandbox.md).\n\n" + table(["", *layers], rows)
    )


def plain(found: Any) -> str:
    """Rows of whoever wrote them, as they are."""
    named = found.items() if isinstance(found, dict) else enumerate(found, 1)
    rows = [(name, one) for name, one in named if isinstance(one, dict)]
    head = list(dict.fromkeys(key for _, one in rows for key in one))
    if not rows:
        return f"```json\n{json.dumps(found, indent=1)}\n```"
    return table(["", *head], [[name, *(one.get(key, "") for key in head)] for name, one in rows])


PARTS: tuple[tuple[str, str, str, Callable[[Any], str]], ...] = (
    ("A run that cannot be lost", "kills", "make test-trust KILLS=200", kills),
    ("Words from outside", "fuzz", "make fuzz SECONDS=720", fuzz),
    ("Cheats that nobody had the judge in mind for", "cheats", "python tests/cheats/court.py", cheats),
    ("Escapes", "escapes", "make test-trust", escapes),
    ("What the walls cost", "overhead", "PYTHONPATH=tests python -m trust.overhead", plain),
    ("How often the clock is wrong", "aa", "PYTHONPATH=tests python -m trust.aa && python -m trust.study", timing),
    ("What ending early costs", "stopping", "PYTHONPATH=tests python -m trust.study", stopping),
    ("What a loss needs to be seen", "power", "PYTHONPATH=tests python -m trust.study", quality),
)

if __name__ == "__main__":
    main()
