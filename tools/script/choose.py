"""Which pipeline of a script is meant. Pure."""

from ...knowledge.types import PipelineSite, Record, Script


class NoChoice(Record):
    """There is no pipeline, or no telling which one; one sentence."""

    message: str
    names: tuple[str, ...] = ()
    """what can be named instead, where there are several"""


def choose(script: Script, name: str | None) -> PipelineSite | NoChoice:
    """The pipeline called `name` (`pipe`, `Service.pipe`, or `LINE`), or the only one there is."""
    if not script.pipelines:
        return NoChoice(message=f"{script.path} builds no diffusers pipeline that can be seen in its text")
    listed = "; ".join(f"{label(p)} ({p.pipeline_class}, line {p.start.line})" for p in script.pipelines)
    if name is None:
        called = [p for p in script.pipelines if p.calls]
        only = script.pipelines if len(script.pipelines) == 1 else called if len(called) == 1 else ()
        if only:
            return only[0]
        sentence = f"{script.path} has several pipelines; name one with --pipeline NAME: {listed}"
        return NoChoice(message=sentence, names=tuple(label(p) for p in script.pipelines))
    found = [p for p in script.pipelines if name in (p.name, label(p), str(p.start.line))]
    if len(found) == 1:
        return found[0]
    if found:
        return NoChoice(message=f"{script.path} has several pipelines called {name}; give the line instead: {listed}")
    return NoChoice(message=f"{script.path} has no pipeline called {name}; it has {listed}")


def label(site: PipelineSite) -> str:
    """The name as people would say it: with its function where it is a local one."""
    return f"{site.function}.{site.name}" if site.function and "." not in site.name else site.name
