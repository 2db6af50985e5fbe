"""What to do about it."""

from typing import Literal

from pydantic import Field

from .record import Record, Scalar


class Step(Record):
    """One method with its knobs set."""

    method: str
    params: dict[str, Scalar] = Field(default={})

    def __hash__(self) -> int:
        return hash((self.method, tuple(sorted(self.params.items()))))

    def sentence(self) -> str:
        """`deepcache(interval=2)`"""
        return f"{self.method}({', '.join(f'{k}={v}' for k, v in self.params.items())})"


class Plan(Record):
    """A combination of methods, in the order of the catalogue. The empty plan is the script as it is."""

    steps: tuple[Step, ...] = ()

    def __hash__(self) -> int:
        return hash(self.steps)

    def step(self, method: str) -> Step | None:
        return next((s for s in self.steps if s.method == method), None)

    def sentence(self) -> str:
        """`sampler(name=dpmpp_2m, steps=20) + deepcache(interval=2)`"""
        return " + ".join(s.sentence() for s in self.steps) or "the script as it is"


class Import(Record):
    """`from module import name`, or `import module` where name is None."""

    module: str
    name: str | None = None


class Change(Record):
    """What a plan asks of a script, in terms of its pipeline; `tools.script.edit` writes it into the file.

    `{pipe}` in code stands for the pipeline's expression in that script (`pipe`, `self.pipe`, …).
    """

    imports: tuple[Import, ...] = ()
    definitions: tuple[str, ...] = Field(
        default=(), description="functions or classes of their own, written once behind the imports: our adapters"
    )
    load_keywords: dict[str, str] = Field(default={}, description="keyword of from_pretrained -> expression")
    scheduler: str | None = Field(default=None, description="statement that sets {pipe}.scheduler, replacing one there")
    setup: tuple[str, ...] = Field(default=(), description="statements to run once, when the pipeline is ready")
    call_keywords: dict[str, str] = Field(default={}, description="keyword of every call -> expression")
    call_method: str | None = Field(default=None, description="call {pipe}.METHOD(...) instead of {pipe}(...)")


class Proposal(Record):
    """A plan that the planner puts forward, with where it comes from."""

    plan: Plan
    generation: int = 0
    parents: tuple[int, ...] = Field(default=(), description="numbers of the trials it was refined from")
    why: str = Field(default="", description="one sentence for people")


class Candidate(Record):
    """A plan made code: the whole text of the person's file with the plan written into it."""

    plan: Plan | None = Field(description="None: code from outside, which claims nothing but to be the same pipeline")
    code: str
    author: Literal["knowledge", "model"] = Field(
        default="knowledge", description="rendered from the knowledge base, or written by a language model"
    )
