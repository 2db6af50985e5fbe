"""The parts of training that can be checked in a moment: what is asked, what is folded, what resumes."""

from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("diffusers")

from diffagent_mcp.bench.zoo import classes, diffusion, dits, grafts, schedulers, train_vae, training, unets  # noqa: E402


@pytest.mark.parametrize("scheduler", [schedulers.sd15_scheduler(), schedulers.sd21_scheduler()])
def test_a_right_answer_gives_the_clean_latents_back(scheduler: Any) -> None:
    torch.manual_seed(0)
    clean = torch.randn(8, 4, 4, 4)
    question = diffusion.ask(scheduler, clean)
    assert float(question.loss(question.wanted)[0]) == 0
    signal = scheduler.alphas_cumprod[question.step].view(-1, 1, 1, 1)
    if scheduler.config.prediction_type == "v_prediction":
        found = signal.sqrt() * question.noisy - (1 - signal).sqrt() * question.wanted
    else:
        found = (question.noisy - (1 - signal).sqrt() * question.wanted) / signal.sqrt()
    assert torch.allclose(found, clean, atol=1e-3)


def test_the_weight_is_the_same_for_epsilon_and_v() -> None:
    torch.manual_seed(1)
    clean = torch.randn(64, 4, 2, 2)
    torch.manual_seed(2)
    epsilon = diffusion.ask(schedulers.sd15_scheduler(), clean)
    torch.manual_seed(2)
    v = diffusion.ask(schedulers.sd21_scheduler(), clean)
    snr = schedulers.sd21_scheduler().alphas_cumprod[v.step]
    snr = snr / (1 - snr)
    free = epsilon.weight < diffusion.MAX_WEIGHT
    assert torch.allclose((epsilon.weight * snr)[free], (v.weight * (snr + 1))[free], rtol=1e-3)


def test_the_least_variance_is_the_true_one() -> None:
    scheduler = schedulers.dit_scheduler()
    question = diffusion.ask(scheduler, torch.randn(32, 4, 2, 2))
    least, more = torch.full_like(question.noisy, -1.0), torch.full_like(question.noisy, 1.0)
    right = diffusion.variance_loss(scheduler, question, question.wanted, least)
    assert float(right) == pytest.approx(0, abs=1e-5)
    assert float(diffusion.variance_loss(scheduler, question, question.wanted, more)) > float(right)


def test_a_grown_autoencoder_draws_the_same_picture_larger() -> None:
    torch.manual_seed(0)
    start = train_vae.build_vae().eval()
    grown = grafts.grow(grafts.GRAFTS["vae256"], start).eval()
    latents = torch.randn(1, 4, 4, 4)
    with torch.no_grad():
        small, large = start.decode(latents).sample, grown.decode(latents).sample
    assert large.shape[-1] == 2 * small.shape[-1]
    again = torch.nn.functional.avg_pool2d(large, 2)
    assert float(torch.corrcoef(torch.stack([again.flatten(), small.flatten()]))[0, 1]) > 0.9


def test_folding_keeps_every_value() -> None:
    latents = torch.randn(2, 4, 16, 16)
    folded = grafts.fold(latents, 2)
    assert folded.shape == (2, 16, 8, 8)
    assert torch.equal(torch.nn.functional.pixel_shuffle(folded, 2), latents)


def test_every_class_answers_as_the_scene_it_stands_for() -> None:
    torch.manual_seed(0)
    small = dits.build_dit().eval()
    torch.nn.init.normal_(small.proj_out_2.weight)
    torch.nn.init.normal_(small.transformer_blocks[0].norm1.linear.weight)
    large = dits.spell_out(small).eval()
    noisy, step = torch.randn(1, 4, 16, 16).expand(3, -1, -1, -1), torch.tensor([10, 10, 10])
    with torch.no_grad():
        wanted = small(noisy, timestep=step, class_labels=torch.tensor([7, 119, classes.SCENES])).sample
        found = large(noisy, timestep=step, class_labels=torch.tensor([127, 959, 1000])).sample
    assert torch.equal(found, wanted)
    assert not torch.equal(found[0], found[1])


def test_pixart_starts_from_dits_layers() -> None:
    dit, pixart = dits.build_dit(), dits.build_pixart()
    assert dits.start_from_dit(pixart, dit) > 600_000
    own = pixart.transformer_blocks[3].ff.net[2].weight
    assert torch.equal(own, dit.transformer_blocks[3].ff.net[2].weight)
    patches, latents = dit.pos_embed.proj, torch.randn(1, 4, 16, 16)
    assert torch.allclose(patches(latents), pixart.pos_embed.proj(grafts.fold(latents, 2)), atol=1e-5)


def test_sdxl_starts_from_sd15() -> None:
    sd15, sdxl = unets.build_unet("sd15"), unets.build_unet("sdxl")
    assert unets.take_weights(sdxl, sd15.state_dict()) > 1_400_000
    name = "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight"
    wide, narrow = sdxl.state_dict()[name], sd15.state_dict()[name]
    assert torch.equal(wide[:, :64], narrow)
    assert float(wide[:, 64:].abs().max()) == 0


def test_a_stopped_run_goes_on(tmp_path: Path) -> None:
    def begin() -> training.Run:
        model = torch.nn.Linear(2, 1)
        return training.Run(
            name="line",
            folder=tmp_path,
            parts={"model": model},
            optimizer=torch.optim.AdamW(model.parameters()),
            rate=lambda part, iteration: 0.01,
            loss=lambda part: (model(torch.ones(1, 2)).square().sum(), torch.zeros(())),
            write=lambda: None,
        )

    first = begin()
    training.train(first, 0.002)
    assert first.iteration > 0
    second = begin()
    assert second.begin() >= 0.1
    assert second.iteration == first.iteration
    assert torch.equal(second.parts["model"].weight, first.parts["model"].weight)
