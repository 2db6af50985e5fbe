"""Prompts, classes and input images: what the judge asks for, and how a call is given any number of pictures."""

from types import SimpleNamespace

from diffagent_mcp.tools.measure.protocols import captions_of, class_protocols, protocols
from diffagent_mcp.tools.measure.worker import conditions

NAMES = {str(i): f"thing {i}, other name" for i in range(1000)}


def test_classes_are_drawn_evenly_and_held_out() -> None:
    made = class_protocols(captions_of(NAMES))
    quick, final = made["quick"], made["final"]
    assert (len(quick.labels), len(final.labels)) == (len(quick.prompts), len(final.prompts)) == (16, 48)
    assert not set(quick.labels) & set(final.labels)
    assert min(quick.labels) < 100 and max(final.labels) > 900
    assert [f"a photo of a thing {i}" for i in quick.labels] == list(quick.prompts)


def test_few_classes_are_gone_through_again() -> None:
    made = class_protocols({207: "a photo of a golden retriever"})
    assert set(made["quick"].labels) == {207} == set(made["final"].labels)
    assert not set(made["quick"].seeds) & set(made["final"].seeds)


def test_captions_read_as_english() -> None:
    assert captions_of({"1": "axolotl, mud puppy", "2": "tench", "x": "no number", "3": ""}) == {
        1: "a photo of an axolotl",
        2: "a photo of a tench",
    }


def test_texts_have_no_labels() -> None:
    assert protocols(["a"], ["b"])["quick"].labels == ()


def test_a_scripts_own_image_serves_any_number_of_pictures() -> None:
    assert conditions.repeated("image", 0, 1) == "image"
    assert conditions.repeated("image", 0, 3) == ["image"] * 3
    assert conditions.repeated(["a", "b"], 0, 3) == ["a", "b", "a"]
    assert conditions.repeated(["a", "b"], 3, 2) == ["b", "a"]


def test_each_controlnet_keeps_its_image() -> None:
    several = SimpleNamespace(controlnet=SimpleNamespace(nets=[1, 2]))
    assert conditions.images(several, {"image": ["edges", "depth"]}, 0, 2) == {"image": [["edges"] * 2, ["depth"] * 2]}
    alone = SimpleNamespace(controlnet=None)
    assert conditions.images(alone, {"image": "edges", "prompt": "x"}, 0, 2) == {"image": ["edges"] * 2}


def test_every_prompt_that_is_passed_is_replaced() -> None:
    passed = {"prompt": "a", "prompt_2": "b", "negative_prompt": ["ugly"], "negative_prompt_2": None}
    assert conditions.texts(passed, ["x", "y"], single=False) == {
        "prompt": ["x", "y"],
        "prompt_2": ["x", "y"],
        "negative_prompt": ["ugly", "ugly"],
    }
    assert conditions.texts(passed, ["x"], single=True)["negative_prompt"] == "ugly"


def test_looks_are_parts_of_the_whole() -> None:
    final = class_protocols(captions_of(NAMES))["final"]
    assert final.looks == (16, 32) and final.least is not None and final.least < final.blocks
    assert final.pairs % final.blocks == 0
    part = final.part(16, 32)
    assert (part.prompts, part.seeds, part.labels) == (final.prompts[16:32], final.seeds[16:32], final.labels[16:32])


def test_a_shortened_protocol_looks_at_nothing_that_it_has_not() -> None:
    final = class_protocols(captions_of(NAMES))["final"]
    few = final.shortened(prompts=8, pairs=4, blocks=1, spread=4)
    assert (len(few.prompts), len(few.seeds), len(few.labels), few.looks) == (8, 8, 8, ())
    assert (few.pairs, few.blocks, few.spread) == (4, 1, 4)
    assert final.shortened(prompts=20, pairs=99, blocks=99, spread=99).looks == (16,)
    assert final.shortened(99, 99, 99, 99) == final, "never more than there is"
