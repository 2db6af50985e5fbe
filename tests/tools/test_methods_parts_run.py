"""VAE, samplers and weights on live pipelines, where they do nothing or do harm; what is read back from layers."""

from pathlib import Path

import pytest
from factories import plan, step
from live_methods import Attempt, drawn, traces

from diffagent_mcp.knowledge.proof import unproven


@pytest.mark.slow
def test_tiling_does_nothing_for_a_picture_of_the_vaes_own_size(zoo_home: Path, tmp_path: Path) -> None:
    one = Attempt(step("vae_tiling"), "sd15")
    found = drawn(one, zoo_home, tmp_path)
    before, after = traces(found)
    assert found["changed"] == 0 and after.vae_tiling and after.vae_passes == 1
    assert "no larger than one tile" in unproven(one.plan, after, before)[0].message


@pytest.mark.slow
def test_a_stochastic_sampler_of_dit_ignores_the_seed(zoo_home: Path, tmp_path: Path) -> None:
    one = Attempt(step("sampler", name="dpmpp_2m_sde", steps=5), "dit")
    assert not drawn(one, zoo_home, tmp_path)["repeats"]


@pytest.mark.slow
@pytest.mark.parametrize("named", [True, False], ids=["taken back by name", "left to from_config"])
def test_a_samplers_settings_go_along_with_its_configuration(named: bool, zoo_home: Path, tmp_path: Path) -> None:
    """From DPM-Solver++ with Karras sigmas back to Euler, which knows them too."""
    left = () if named else ((", use_karras_sigmas=False)", ")"),)
    one = Attempt(step("sampler", name="dpmpp_2m_karras", steps=5), "sdxl", instead=left)
    found = drawn(one, zoo_home, tmp_path)
    assert found["undone"]["solver"]["use_karras_sigmas"] is not named
    assert found["restored"] is named


@pytest.mark.slow
def test_few_steps_without_the_lora_are_refused(zoo_home: Path, tmp_path: Path) -> None:
    names = ("load_lora_weights", "delete_adapters")
    one = Attempt(
        step("few_step_lora"), "sd15", instead=tuple((f"pipe.{n}(", "(lambda *a, **k: None)(") for n in names)
    )
    before, after = traces(drawn(one, zoo_home, tmp_path))
    assert "few steps draw mush" in unproven(plan(step("few_step_lora")), after, before)[0].message


def test_quantised_layers_are_counted_by_whose_they_are() -> None:
    """By classes that are named like the libraries' own, which are not installed here."""
    import torch

    from diffagent_mcp.tools.measure.worker import record_parts

    layer = type("QLinear", (torch.nn.Linear,), {"__module__": "optimum.quanto.nn.qlinear"})
    weight = type("Int8Tensor", (torch.nn.Parameter,), {"__module__": "torchao.quantization"})
    model = torch.nn.Sequential(torch.nn.Linear(2, 2), layer(2, 2), torch.nn.Linear(2, 2), torch.nn.ReLU())
    assert record_parts.quantised(model[:1]) == {}
    model[2].weight = weight(torch.ones(2, 2))
    assert record_parts.quantised(model) == {"quanto": 1, "torchao": 1}
    assert record_parts.weights(model) == {"float32": 3}


@pytest.mark.parametrize("mode", ["default", "reduce-overhead", "max-autotune-no-cudagraphs", "max-autotune"])
def test_the_mode_of_a_compiled_denoiser_is_read_back(mode: str) -> None:
    import torch

    from diffagent_mcp.tools.measure.worker import record_parts

    plain = torch.nn.Sequential(torch.nn.Linear(2, 2))
    assert record_parts.compile_mode(plain) is None
    assert record_parts.compile_mode(torch.compile(plain, mode=mode)) == mode
    plain[0].compile(mode=mode)
    assert record_parts.compile_mode(plain) == mode
