"""Did the plan really run? The runner's record of the candidate against the plan and the baseline's record."""

from .catalogue import methods_of
from .types import NotProven, Plan, Step, Trace


def unproven(plan: Plan, trace: Trace, before: Trace) -> list[NotProven]:
    """Every method that is in the plan but not in the record, and everything in the record that is not in the plan."""
    inert = [
        NotProven(method=m.slug, message=f"{m.slug} left no trace: {reason}")
        for m in methods_of(plan)
        if (reason := m.unproven(trace, before))
    ]
    return inert + [NotProven(message=sentence) for sentence in _unasked(plan, trace, before)]


def changed(trace: Trace, before: Trace) -> list[NotProven]:
    """What makes it another picture's pipeline, whatever was accelerated: for code that comes without a plan."""
    return [NotProven(message=sentence) for sentence in _unasked(_ANYTHING, trace, before)]


_ANYTHING = Plan(steps=(Step(method="sampler"), Step(method="tgate")))
"""the methods that explain another number of steps and another batch; they are not asked to prove themselves"""


def _unasked(plan: Plan, trace: Trace, before: Trace) -> list[str]:
    """Differences from the baseline that no method of the plan explains."""
    found: list[str] = []
    explained = {d for m in methods_of(plan) for d in m.explains}
    if trace.denoiser_calls < 1 or trace.vae_decodes < 1:
        found.append("no denoiser or no decoder ran: the picture did not come from the model")
    if "calls" not in explained and trace.denoiser_calls != before.denoiser_calls:
        found.append(
            f"{trace.denoiser_calls} denoiser calls instead of {before.denoiser_calls}, which the plan does not ask for"
        )
    if trace.latent_shape[1:] != before.latent_shape[1:]:
        found.append(f"latents are {trace.latent_shape[1:]} instead of {before.latent_shape[1:]}: another resolution")
    known = trace.fused_qkv or "parameters" in explained
    if trace.denoiser_parameters != before.denoiser_parameters and not known:
        found.append(f"the denoiser has {trace.denoiser_parameters} parameters instead of {before.denoiser_parameters}")
    if "parameters" not in explained and (added := sorted(set(trace.adapters) - set(before.adapters))):
        found.append(f"the LoRA {', '.join(added)} is active in the denoiser, which the plan does not ask for")
    if "vae" not in explained and before.vae_class is not None and trace.vae_class != before.vae_class:
        found.append(f"pictures are decoded by {trace.vae_class} instead of {before.vae_class}")
    if swallowed := sorted(set(trace.swallowed) - set(before.swallowed)):
        found.append(f"{trace.pipeline_class}.__call__ swallows {', '.join(swallowed)}: these keywords do nothing")
    if trace.image_size != before.image_size:
        found.append(f"pictures are {trace.image_size} instead of {before.image_size}")
    if "guidance" not in explained and trace.guidance_scale != before.guidance_scale:
        found.append(f"guidance scale {trace.guidance_scale} instead of {before.guidance_scale}")
    if "batch" not in explained and set(trace.batch_sizes) != set(before.batch_sizes):
        found.append("the denoiser's batch differs from the baseline's: guidance or batching was changed")
    return found
