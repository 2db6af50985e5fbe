"""What a change takes out of the script's own hands is said."""

from diffagent_mcp.knowledge.types import Script
from diffagent_mcp.tools.script.analyse import analyse
from diffagent_mcp.tools.script.overruled import overruled

SCRIPT = """
import torch
from diffusers import StableDiffusionPipeline
pipe = StableDiffusionPipeline.from_pretrained("m", torch_dtype=torch.float16 if torch.cuda.is_available() else None)
pipe("a fox", num_inference_steps=args.steps, guidance_scale=7.5)
"""


def said(after: str, before: str = SCRIPT) -> tuple[str, ...]:
    script = analyse("s.py", before)
    assert isinstance(script, Script)
    return overruled(script, "pipe", after)


def test_what_the_script_worked_out_and_is_fixed_now_is_named() -> None:
    assert said(SCRIPT.replace("=args.steps", "=20")) == (
        "line 5: num_inference_steps is 20 now, whatever `args.steps` says",
    )


def test_a_dtype_that_depended_on_the_machine_is_named() -> None:
    conditional = "torch.float16 if torch.cuda.is_available() else None"
    (sentence,) = said(SCRIPT.replace(conditional, "torch.bfloat16"))
    assert sentence == f"line 4: torch_dtype is torch.bfloat16 now, whatever `{conditional}` says"


def test_literals_and_constants_of_torch_are_not() -> None:
    assert said(SCRIPT.replace("7.5", "5.0")) == ()
    plain = SCRIPT.replace(" if torch.cuda.is_available() else None", "")
    assert said(plain.replace("torch.float16", "torch.bfloat16"), plain) == ()


def test_arguments_by_position_are_known_by_name() -> None:
    by_position = SCRIPT.replace("num_inference_steps=args.steps, guidance_scale=7.5", "512, 512, steps")
    assert said(by_position.replace("512, steps", "512, 20"), by_position) == (
        "line 5: num_inference_steps is 20 now, whatever `steps` says",
    )


def test_nothing_is_said_where_nothing_changed_or_the_pipeline_is_gone() -> None:
    assert said(SCRIPT) == ()
    assert said("print('nothing left')") == ()
