"""The trace: nothing that happened is missing, nothing that is quoted can do harm, the picture holds every plan."""

import json
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

from factories import CPU, LIBRARIES, evaluation, plan, profile, site, step

from diffagent_mcp.knowledge.types import (
    Budget,
    Candidate,
    Caps,
    ChatFailure,
    Crashed,
    Environment,
    Event,
    Exchange,
    Outcome,
    Proposal,
    Protocol,
    Script,
    Search,
    Target,
    Trial,
    Usage,
    Verdict,
)
from diffagent_mcp.tools.report.lineage import depths_of, lineage
from diffagent_mcp.tools.report.record import Moment, Recorder, jsonl
from diffagent_mcp.tools.report.trace import page

HOSTILE = '</pre></details><script>alert("x")</script>\x1b[31m'


def one(number: int, verdict: Verdict, parents: Sequence[int] = (), why: str = "expected 2x") -> Trial:
    of = plan(step("deepcache", interval=2 + number % 6, branch=0))
    proposal = Proposal(plan=of, generation=number // 4, parents=tuple(parents), why=why)
    made = Candidate(plan=of, code="x = 1\n", author="model" if number == 4 else "knowledge")
    return Trial(number=number, proposal=proposal, candidate=made, verdict=verdict, seconds=3.0)


CRASH = Crashed(message="AttributeError: no fast()", evidence=f"line 3 {HOSTILE}", stage="call", error="AttributeError")
TRIALS = (
    one(1, evaluation(1.6, 0.01, 0.1)),
    one(2, CRASH),
    one(3, evaluation(2.4, 0.09, 0.5)),
    one(4, evaluation(1.8, 0.02, 0.2), [2], "repair: without fast()"),
    one(5, evaluation(1.9, 0.02, 0.2), [1]),
    one(6, evaluation(2.2, 0.01, 0.1), [5]),
)
EXCHANGE = Exchange(
    number=1,
    role="planner",
    model="scripted:test",
    prompt="planner@00000000",
    system="You plan.",
    asked=f"The script: {HOSTILE}",
    answered='{"plans": []}',
    usage=Usage(requests=1, input_tokens=90, output_tokens=10, usd=0.002),
    simulated=True,
)
REFUSED = EXCHANGE.model_copy(
    update={"number": 2, "failure": ChatFailure(kind="refused", message="scripted:test refused"), "answered": ""}
)


def whole() -> Outcome:
    return Outcome(
        script=Script(path="/home/me/make picture.py", pipelines=(site(),), source_sha="0"),
        pipeline="pipe",
        target=Target(speedup=2.0),
        budget=Budget(),
        search=Search(),
        environment=Environment(device=CPU, python="3.11.7", libraries=LIBRARIES),
        protocols=(Protocol(name="quick", prompts=("a red cube",), seeds=(1,), pairs=4),),
        baseline=profile(),
        trials=TRIALS,
        winner=6,
        best=6,
        stopped="target met",
        seconds=21.0,
        asked=("scripted:test",),
        simulated=True,
    )


def moments() -> list[Moment]:
    said = [Moment(0.0, Event(stage="analyse", sentence="StableDiffusionPipeline")), Moment(1.0, EXCHANGE)]
    said += [Moment(2.0 + t.number, Event(stage="search", sentence=f"evaluation {t.number}", trial=t)) for t in TRIALS]
    return [*said, Moment(20.0, REFUSED), Moment(21.0, Event(stage="done", sentence="target met"))]


def confirmed() -> tuple[Outcome, list[Moment]]:
    """The winner is heard of twice: when it is first measured, and when `final` confirms it."""
    won = TRIALS[-1].model_copy(update={"final": evaluation(2.1, 0.02, 0.1, protocol="final")})
    outcome = whole().model_copy(update={"trials": (*TRIALS[:-1], won)})
    said = [Event(stage="confirm", sentence="confirming"), Event(stage="confirm", sentence="confirmed", trial=won)]
    return outcome, [*moments(), *(Moment(30.0 + n, e) for n, e in enumerate(said))]


class Seen(HTMLParser):
    """Tags, ids, links and text of a page, and what does not close."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.ids += [v for k, v in attrs if k == "id" and v]
        self.links += [v for k, v in attrs if k in ("href", "src") and v]
        self.wrong += [k for k, _ in attrs if k.startswith("on")]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.text += data


def test_everything_that_happened_is_a_line() -> None:
    lines = [json.loads(line) for line in jsonl(whole(), moments()).splitlines()]
    assert [x["kind"] for x in lines] == [
        *("run", "event", "exchange"),
        *["trial"] * len(TRIALS),
        *("exchange", "event", "end"),
    ]
    trials = {x["number"]: x for x in lines if x["kind"] == "trial"}
    assert trials[4]["parents"] == [2] and trials[4]["code_by"] == "model" and trials[2]["failure"] == "crashed"
    assert lines[0]["simulated"] is True and lines[-1]["winner"] == 6
    assert [x["at"] for x in lines[1:-1]] == sorted(x["at"] for x in lines[1:-1])


def test_the_page_shows_every_candidate_and_what_was_said() -> None:
    seen = Seen(page(whole(), moments()))
    assert {f"candidate-{t.number}" for t in TRIALS} <= set(seen.ids) and len(seen.ids) == len(set(seen.ids))
    for piece in ("You plan.", "scripted:test refused", "Simulation", "repair: without fast()", "2 questions"):
        assert piece in seen.text, piece


def test_what_is_quoted_stays_text() -> None:
    text = page(whole(), moments())
    assert "script" not in Seen(text).tags and "&lt;script&gt;" in text and "\x1b" not in text
    assert "\x1b" not in jsonl(whole(), moments())


def test_what_a_script_says_closes_nothing_and_fetches_nothing() -> None:
    seen = Seen(page(*confirmed()))
    assert (seen.wrong, seen.open) == ([], [])
    assert seen.text.count("</details>") == 3  # in what two questions quote, and in a failure's evidence
    assert {link for link in seen.links if not link.startswith("#")} == {"report.html"}


def test_every_box_leads_to_one_place_below() -> None:
    seen = Seen(page(*confirmed()))
    assert len(seen.ids) == len(set(seen.ids))
    assert {link[1:] for link in seen.links if link.startswith("#")} == {f"candidate-{t.number}" for t in TRIALS}
    assert {f"candidate-{t.number}" for t in TRIALS} <= set(seen.ids)


def test_a_candidate_is_shown_as_it_was_known_at_the_time() -> None:
    text = page(*confirmed())
    first, later = (text.split(f"<p>{said}")[1].split("</li>")[0] for said in ("evaluation 6", "confirmed"))
    assert "meets the target, quick only" in first and "winner" not in first
    assert "quick only" not in later and "winner" in later
    assert "code by a language model" in text.split("<p>evaluation 4")[1].split("</li>")[0]


def test_the_lines_tell_what_was_allowed_and_what_was_paid() -> None:
    outcome = whole().model_copy(update={"caps": Caps(tokens=5000), "cost": EXCHANGE.usage})
    heard = [*moments(), Moment(22.0, EXCHANGE.model_copy(update={"number": 3, "reused": True}))]
    lines = [json.loads(line) for line in jsonl(outcome, heard).splitlines()]
    assert lines[0]["version"] and lines[0]["caps"]["tokens"] == 5000 and lines[0]["budget"]["evaluations"] == 28
    assert lines[-1]["reused"] == 1 and lines[-1]["cost"]["requests"] == 1 and lines[-1]["stopped"] == "target met"


def test_a_run_without_a_model_has_a_trace_too() -> None:
    plain = whole().model_copy(update={"asked": (), "simulated": False})
    text = page(plain, [m for m in moments() if isinstance(m.what, Event)])
    assert "offline: no language model was asked" in text and "Simulation" not in text


def test_descent_is_drawn_from_left_to_right() -> None:
    assert depths_of(TRIALS) == {1: 0, 2: 0, 3: 0, 4: 1, 5: 1, 6: 2}
    drawn = lineage(whole())
    assert [n.state for n in drawn.nodes] == ["good", "failed", "over", "good", "good", "met"]
    assert [a.repair for a in drawn.arrows] == [True, False, False] and drawn.nodes[-1].winner
    assert all(n.x < drawn.width and n.y < drawn.height for n in drawn.nodes)
    assert len({(n.x, n.y) for n in drawn.nodes}) == len(TRIALS)
    assert drawn.nodes[1].label == "2: crashed" and "generation 1" in drawn.nodes[3].title
    assert drawn.nodes[3].y == drawn.nodes[1].y < drawn.nodes[4].y  # a child stands no higher than its parent


def test_the_picture_is_well_formed() -> None:
    text = page(whole(), moments())
    svg = text[text.index("<svg") : text.index("</svg>") + 6]
    assert len(ElementTree.fromstring(svg).findall(".//rect")) == len(TRIALS)


def test_a_recorder_puts_questions_between_events_and_passes_on_what_it_hears() -> None:
    asked: list[Exchange] = []
    heard: list[Event] = []
    ticks = iter(range(100))
    recorder = Recorder(heard.append, lambda: float(next(ticks)), lambda: asked)
    recorder(Event(stage="analyse", sentence="a"))
    asked.append(EXCHANGE)
    recorder(Event(stage="search", sentence="b"))
    recorder(Event(stage="done", sentence="c"))
    assert [type(m.what).__name__ for m in recorder.moments] == ["Event", "Exchange", "Event", "Event"]
    assert [e.sentence for e in heard] == ["a", "b", "c"] and [m.at for m in recorder.moments] == [1.0, 2.0, 2.0, 3.0]


def test_it_can_be_looked_at(tmp_path: Path) -> None:
    """`pytest --basetemp` keeps the page, for whoever wants to see it."""
    (tmp_path / "trace.html").write_text(page(whole(), moments()))
    assert (tmp_path / "trace.html").stat().st_size < 100_000
