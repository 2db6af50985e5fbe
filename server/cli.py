"""The command line: parse, call one use case, print. Results on stdout, progress and complaints on stderr.

Exit codes: 0 target met, 1 target not met, 2 usage or script, 3 set-up, 130 interrupted.
"""

import json
import signal
from pathlib import Path
from typing import Annotated, Any

import typer

from ..tools.errors import SetupError, UsageError
from . import asking, consulting, exits, proving, remembering, serving
from .benchmark import cli as benchmark
from .complaints import complain, measured
from .flags import (
    AllowRead,
    BudgetSeconds,
    Call,
    Json,
    Llm,
    Metric,
    Models,
    NoMemory,
    Pipeline,
    Prompts,
    Python,
    Request,
    Requests,
    SandboxName,
    Scorer,
    ScriptArguments,
    SearchKind,
    Threads,
    Tokens,
    Usd,
    chosen,
    walls,
)

app = typer.Typer(
    name="diffagent-mcp",
    help="Make a diffusers pipeline faster, and prove it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

File = Annotated[Path, typer.Argument(help="Python file that builds a diffusers pipeline and calls it")]

_INTERRUPTED = "interrupted; what was measured so far is kept, and the same command goes on from there"


def main() -> None:
    """Entry point: complaints become one sentence and an exit code."""
    for ending in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, ending):
            signal.signal(getattr(signal, ending), signal.default_int_handler)
    try:
        app()
    except UsageError as e:
        complain(str(e), 2)
    except SetupError as e:
        complain(str(e), 3)
    except OSError as e:
        complain(f"{e.filename or 'standard output'}: {e.strerror or e}", 3)
    except SystemExit as e:
        if e.code == exits.INTERRUPTED:  # typer turns Ctrl-C into this
            complain(_INTERRUPTED, exits.INTERRUPTED)
        raise
    except KeyboardInterrupt:
        complain(_INTERRUPTED, exits.INTERRUPTED)


@app.callback(invoke_without_command=True)
def version(
    context: typer.Context,
    show: Annotated[bool, typer.Option("--version", help="print the version")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="with --version: what it runs on as well, as JSON")] = False,
) -> None:
    """Make a diffusers pipeline faster, and prove it."""
    if show:
        from .version import facts, ours

        print(json.dumps(facts(), indent=2) if as_json else ours())
        raise typer.Exit
    if as_json and context.invoked_subcommand is None:
        raise UsageError("--json goes with --version here, or behind a command: diffagent-mcp analyze FILE --json")


@app.command()
def optimize(
    file: File,
    arguments: ScriptArguments = None,
    speedup: Annotated[str | None, typer.Option(help="times faster, such as 2 or 2x (the default is 2)")] = None,
    latency: Annotated[str | None, typer.Option(help="seconds an image instead, such as 0.8s or 800ms")] = None,
    max_loss: Annotated[float, typer.Option(help="largest relative loss of CLIP-Score; 0.05 is 5%")] = 0.05,
    max_drift: Annotated[float, typer.Option(help="largest distance to the old pictures; 1: another seed")] = 0.35,
    gate: Annotated[str, typer.Option(help="default: loss and drift; paper: loss only")] = "default",
    metric: Metric = None,
    methods: Annotated[str | None, typer.Option(help="use only these, such as deepcache,tome")] = None,
    without: Annotated[str | None, typer.Option(help="leave these out")] = None,
    budget_evals: Annotated[int, typer.Option(min=1, help="candidates to measure at most")] = 28,
    budget_seconds: BudgetSeconds = None,
    seed: Annotated[int, typer.Option(help="seed of the search")] = 0,
    population: Annotated[int, typer.Option(min=1, help="P, plans a generation")] = 7,
    parents: Annotated[int, typer.Option(min=0, help="M, plans refined from sampled parents")] = 4,
    generations: Annotated[int, typer.Option(min=1, help="T_sel")] = 4,
    search: SearchKind = "diffagent",
    no_memory: NoMemory = False,
    explore: Annotated[bool, typer.Option("--explore", help="spend the whole budget, then take the best")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="write the winner over the file; keeps FILE.orig")] = False,
    out: Annotated[Path | None, typer.Option(help="folder for the report; default: FILE's name + .diffagent")] = None,
    pipeline: Pipeline = None,
    call: Call = None,
    request: Request = None,
    prompts: Prompts = None,
    models: Models = None,
    python: Python = None,
    threads: Threads = None,
    scorer: Scorer = None,
    sandbox: SandboxName = None,
    allow_read: AllowRead = None,
    llm: Llm = None,
    llm_usd: Usd = None,
    llm_tokens: Tokens = None,
    llm_requests: Requests = None,
    as_json: Json = False,
) -> None:
    """Make FILE faster: measure, plan, write, search, prove. Writes FILE.accelerated.py and a report."""
    _optimize(locals())


def _optimize(parameters: dict[str, Any]) -> None:
    from . import exits, printing, service, wishes
    from .app import build
    from .progress import Progress
    from .settings import load

    wish = wishes.from_parameters(parameters)
    settings = load(chosen(parameters, "models", "python", "threads", "scorer"))
    with Progress() as progress:
        found = measured(lambda: service.optimize(build(settings, seed=wish.search.seed), wish, progress))
    if parameters["as_json"]:
        print(found.outcome.model_dump_json(indent=2))
    else:
        printing.finished(found)
    raise typer.Exit(exits.of_outcome(found.outcome))


@app.command()
def profile(
    file: File,
    arguments: ScriptArguments = None,
    pipeline: Pipeline = None,
    call: Call = None,
    request: Request = None,
    prompts: Prompts = None,
    trace: Annotated[Path | None, typer.Option(help="also write a torch.profiler trace for Perfetto")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="measure again what the store has")] = False,
    models: Models = None,
    python: Python = None,
    threads: Threads = None,
    scorer: Scorer = None,
    sandbox: SandboxName = None,
    allow_read: AllowRead = None,
    as_json: Json = False,
) -> None:
    """Measure FILE as it is: where the seconds go, memory, CLIP-Score."""
    from . import printing, service, wishes
    from .app import build
    from .progress import Progress
    from .settings import load

    flags = {"models": models, "python": python, "threads": threads, "scorer": scorer, **walls(sandbox, allow_read)}
    with Progress() as progress:
        built = build(load(flags))
        start = wishes.started(arguments, call, request)
        found, one = measured(lambda: service.profile(built, file, pipeline, start, prompts, progress, trace, fresh))
    if as_json:
        print(
            json.dumps(
                {"environment": one.environment.model_dump(mode="json"), **found.model_dump(mode="json")}, indent=2
            )
        )
    else:
        kept = "quick" in one.judge.restored
        printing.profile(found, one.models, one.environment.device.name, service.drawn_from(one), kept)
        printing.files([trace] if trace else [])


@app.command()
def analyze(file: File, as_json: Json = False) -> None:
    """Say what FILE is and what is wrong with it, without running it: pipelines, models, schedulers, calls, methods."""
    from . import opening, printing

    read, found, wrong = opening.diagnosed(file)
    if not found.pipelines:
        raise UsageError(f"{file} builds no diffusers pipeline that can be seen in its text")
    if as_json:
        told = [d.model_dump(mode="json") for d in wrong]
        print(json.dumps({**found.model_dump(mode="json"), "diagnostics": told}, indent=2))
    else:
        printing.script(found, wrong, read.notebook)


app.command()(asking.plan)
app.command()(asking.generate)
app.command()(serving.serve)
app.command()(serving.lsp)
app.command(hidden=True)(serving.job_run)
app.add_typer(benchmark.app, name="bench")
app.add_typer(remembering.app, name="memory")


@app.command()
def doctor(
    file: Annotated[Path | None, typer.Argument(help="a script, to judge the methods for it")] = None,
    deep: Annotated[bool, typer.Option("--deep", help="start the runner and ask torch about the device")] = False,
    pipeline: Pipeline = None,
    python: Python = None,
    as_json: Json = False,
) -> None:
    """Device, versions, models at hand, and which methods are usable here or why not."""
    from . import printing
    from .app import build
    from .doctor import examine
    from .settings import load

    found = examine(build(load({"python": python})), file, pipeline, deep)
    if as_json:
        print(json.dumps(found.as_json(), indent=2))
    else:
        printing.diagnosis(found)
    raise typer.Exit(3 if found.problems else 0)


app.command()(consulting.estimate)
app.command()(consulting.methods)
app.command()(consulting.explain)
app.command()(consulting.search)
app.command()(consulting.revert)
app.command()(proving.audit)
app.command()(proving.verify)
app.command()(proving.guard)
