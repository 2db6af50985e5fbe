"""The zoo's world: captions and layouts are a function of the seed, and captions can be read back."""

from itertools import islice
from pathlib import Path
from random import Random

import pytest

from diffagent_mcp.bench.zoo import world

PROMPTS = Path(world.__file__).parent / "prompts"


def test_the_same_seed_draws_the_same_scene_and_layout() -> None:
    first, second = Random(3), Random(3)
    for _ in range(50):
        scene = world.draw_scene(first)
        assert scene == world.draw_scene(second)
        assert world.draw_layout(scene, first) == world.draw_layout(scene, second)


def test_two_layouts_of_one_scene_differ_in_place_and_pattern() -> None:
    rng = Random(4)
    scene = world.draw_scene(rng)
    one, two = world.draw_layout(scene, rng), world.draw_layout(scene, rng)
    assert (one.marks[0].x, one.wave) != (two.marks[0].x, two.wave)


def test_captions_read_back_as_their_scenes() -> None:
    rng = Random(5)
    for _ in range(200):
        scene = world.draw_scene(rng)
        assert world.parse(world.caption(scene)) == scene


@pytest.mark.parametrize("text", ["", "a red dog on a white background", "a red ring", "a photo of a red ring"])
def test_other_texts_are_not_captions(text: str) -> None:
    assert world.parse(text) is None


def test_variants_differ_in_what_they_say() -> None:
    rng = Random(6)
    for _ in range(50):
        scene = world.draw_scene(rng)
        own = world.attributes(scene)
        for kind, others in world.variants(scene).items():
            assert others
            for other in others:
                changed = sum(a != b for a, b in zip(own, world.attributes(other), strict=True))
                assert changed == (2 if kind == "swap" else 1)


def test_places_tell_mirrored_captions_alike() -> None:
    one = world.parse("a red ring above a blue cross on a white background")
    two = world.parse("a blue cross below a red ring on a white background")
    assert one is not None
    assert two is not None
    assert world.places(one) == world.places(two)
    assert world.attributes(one) != world.attributes(two)


def test_the_prompt_lists_are_captions_and_disjoint() -> None:
    quick, final = ((PROMPTS / f"{name}.txt").read_text(encoding="utf-8").splitlines() for name in ("quick", "final"))
    assert (len(quick), len(final)) == (64, 128)
    assert len({*quick, *final}) == 64 + 128
    assert all(world.parse(text) for text in (*quick, *final))


def test_the_prompt_lists_are_what_the_seed_gives(tmp_path: Path) -> None:
    world.write_prompts(tmp_path)
    for name in ("quick.txt", "final.txt"):
        assert (tmp_path / name).read_bytes() == (PROMPTS / name).read_bytes()


def test_a_stream_of_captions_avoids_what_it_is_told_to() -> None:
    first = list(islice(world.draw_captions(1, set()), 20))
    assert not set(first) & set(islice(world.draw_captions(1, set(first)), 20))
