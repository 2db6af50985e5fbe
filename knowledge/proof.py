"""Did the plan really run? The runner's record of the candidate against the plan and the baseline's record."""

from collections.abc import Iterator
from itertools import chain

from .catalogue import methods_of
from .method import Method
from .types import NotProven, Plan, Step, Trace

Doubt = tuple[str, str]
"""the slug of a check, and the sentence to say"""
_WORK_KEPT = frozenset({"sampler", "precision", "layout"})
"""kinds of methods after which a denoiser call is as much arithmetic as before"""
_COUNTED = 0.97
"""share of the arithmetic that must be there; what is counted is exact, and odd sizes are padded here and there"""
_EXCHANGED = ("scheduler", "vae")
"""parts that have checks of their own"""


def unproven(plan: Plan, trace: Trace, before: Trace) -> list[NotProven]:
    """Every method that is in the plan but not in the record, and everything in the record that is not in the plan."""
    methods = methods_of(plan)
    inert = [
        NotProven(method=m.slug, message=f"{m.slug} left no trace: {reason}", check="inert")
        for m in methods
        if (reason := m.unproven(trace, before))
    ]
    return inert + differences(plan, trace, before)


def differences(plan: Plan, trace: Trace, before: Trace) -> list[NotProven]:
    """Everything in the record that is not in the plan, arithmetic that nobody did among it."""
    doubts = (*_unasked(plan, trace, before), *_work(methods_of(plan), trace, before))
    return [NotProven(message=said, check=slug) for slug, said in doubts]


def changed(trace: Trace, before: Trace) -> list[NotProven]:
    """What makes it another picture's pipeline, whatever was accelerated: for code that comes without a plan."""
    return [NotProven(message=said, check=slug) for slug, said in _unasked(_ANYTHING, trace, before)]


_ANYTHING = Plan(steps=(Step(method="sampler"), Step(method="tgate")))
"""the methods that explain another number of steps and another batch; they are not asked to prove themselves"""


def _unasked(plan: Plan, trace: Trace, before: Trace) -> list[Doubt]:
    """Differences from the baseline that no method of the plan explains."""
    explained: set[str] = {d for m in methods_of(plan) for d in m.explains}
    looked = (_walk, _space, _guided, _made_of, _same_weights)
    return list(chain.from_iterable(look(trace, before, explained) for look in looked))


def _walk(trace: Trace, before: Trace, explained: set[str]) -> Iterator[Doubt]:
    """The model was called, as often as before."""
    if trace.denoiser_calls < 1 or trace.vae_decodes < 1:
        yield "model_ran", "no denoiser or no decoder ran: the picture did not come from the model"
    if "calls" in explained:
        return
    if trace.denoiser_calls != before.denoiser_calls:
        sentence = f"{trace.denoiser_calls} denoiser calls instead of {before.denoiser_calls}"
        yield "steps", f"{sentence}, which the plan does not ask for"
    elif trace.timesteps != before.timesteps or trace.distinct_timesteps != before.distinct_timesteps:
        walked, was = trace.distinct_timesteps or trace.timesteps, before.distinct_timesteps or before.timesteps
        yield "steps", f"the scheduler walks {walked} different timesteps instead of {was}"


def _space(trace: Trace, before: Trace, explained: set[str]) -> Iterator[Doubt]:
    """The same latents, and pictures of the same size."""
    if trace.latent_shape[1:] != before.latent_shape[1:]:
        said = f"latents are {trace.latent_shape[1:]} instead of {before.latent_shape[1:]}: another resolution"
        yield "resolution", said
    if trace.image_size != before.image_size:
        yield "resolution", f"pictures are {trace.image_size} instead of {before.image_size}"


def _guided(trace: Trace, before: Trace, explained: set[str]) -> Iterator[Doubt]:
    """The same text in the same way: guidance, negative prompt, encoders, what `__call__` reads."""
    if swallowed := sorted(set(trace.swallowed) - set(before.swallowed)):
        said = f"{trace.pipeline_class}.__call__ swallows {', '.join(swallowed)}: these keywords do nothing"
        yield "inert", said
    if "guidance" not in explained and trace.guidance_scale != before.guidance_scale:
        yield "guidance", f"guidance scale {trace.guidance_scale} instead of {before.guidance_scale}"
    if "batch" not in explained and set(trace.batch_sizes) != set(before.batch_sizes):
        yield "batch", "the denoiser's batch differs from the baseline's: guidance or batching was changed"
    if "guidance" in explained:
        return
    if trace.negative_prompt != before.negative_prompt:
        yield "guidance", f"the negative prompt is {_quoted(trace)} instead of {_quoted(before)}"
    if before.text_tokens and trace.text_tokens and trace.text_tokens < before.text_tokens:
        yield "guidance", f"the denoiser reads {trace.text_tokens} tokens of text instead of {before.text_tokens}"
    if before.text_encodes and (trace.text_encodes or 0) < before.text_encodes:
        said = f"text encoders were called {trace.text_encodes or 0} times instead of {before.text_encodes}"
        yield "outputs", f"{said}: what they made of earlier prompts was kept"


def _quoted(trace: Trace) -> str:
    return "none" if trace.negative_prompt is None else repr(trace.negative_prompt[:80])


def _made_of(trace: Trace, before: Trace, explained: set[str]) -> Iterator[Doubt]:
    """The same parts of the same size."""
    known = trace.fused_qkv or "parameters" in explained
    if trace.denoiser_parameters != before.denoiser_parameters and not known:
        said = f"the denoiser has {trace.denoiser_parameters} parameters instead of {before.denoiser_parameters}"
        yield "model", said
    for part, number in before.parameters.items():
        exchanged = part == "vae" and "vae" in explained
        if not known and not exchanged and trace.parameters.get(part, number) != number:
            yield "components", f"{part} has {trace.parameters[part]} parameters instead of {number}"
    if "parameters" not in explained and (added := sorted(set(trace.adapters) - set(before.adapters))):
        yield "model", f"the LoRA {', '.join(added)} is active in the denoiser, which the plan does not ask for"
    if "vae" not in explained and before.vae_class is not None and trace.vae_class != before.vae_class:
        yield "components", f"pictures are decoded by {trace.vae_class} instead of {before.vae_class}"
    for part, kind in before.components.items():
        now = trace.components.get(part)
        if trace.components and part not in _EXCHANGED and now != kind:
            yield "components", f"{part} is {now or 'gone'} instead of {kind}"


def _same_weights(trace: Trace, before: Trace, explained: set[str]) -> Iterator[Doubt]:
    """The same model: by its configuration, and by some of its weights, where both sides have them to show."""
    if "parameters" in explained or trace.fused_qkv != before.fused_qkv:
        return
    for part in before.configs:
        exchanged = part in _EXCHANGED and part in explained
        if not exchanged and trace.configs.get(part, before.configs[part]) != before.configs[part]:
            yield "model", f"the {part} is configured otherwise than the script's: another model or revision"
        elif not exchanged and _differ(trace.samples.get(part), before.samples.get(part)):
            yield "model", f"the {part} has other weights than the script's: another revision, or an adapter in them"


def _differ(one: str | None, other: str | None) -> bool:
    return bool(one) and bool(other) and one != other


def _work(methods: list[Method], trace: Trace, before: Trace) -> Iterator[Doubt]:
    """Each call is as much arithmetic as it was, where no method of the plan saves any inside a call."""
    if trace.gflop is None or not before.gflop or any(m.kind not in _WORK_KEPT for m in methods):
        return
    if trace.quantised_layers or any("parameters" in m.explains for m in methods):
        return
    calls = trace.denoiser_calls / before.denoiser_calls if before.denoiser_calls else 1.0
    floor = before.gflop * min(1.0, calls)
    if trace.gflop < _COUNTED * floor:
        share = 100 * trace.gflop / floor
        said = f"{trace.denoiser_calls} denoiser calls did {share:.0f}% of the arithmetic that they should take"
        yield "work", f"{said}: some of it was skipped, or taken from before"
