"""`search`: full text over everything that is known, and advice where the words name a pipeline or a machine."""

import json

import pytest
from shell import run

from diffagent_mcp.knowledge.library import Document, documents
from diffagent_mcp.knowledge.topic import Topic, asks_what_to_try, described, topic
from diffagent_mcp.server.app import App, build
from diffagent_mcp.server.searching import search
from diffagent_mcp.server.settings import load
from diffagent_mcp.tools.errors import UsageError
from diffagent_mcp.tools.store.search import Index, query

QUESTION = "what should I try on SDXL on a 12 GB card, and what not"
PAGES = (
    Document(slug="a", shelf="method", title="DeepCache", text="reuses features between steps", method="a"),
    Document(slug="b", shelf="silent failure", title="stale", text="features of another picture are reused"),
    Document(slug="c", shelf="pipeline", title="Stale pipeline", text="stale stale"),
    *(Document(slug=f"d{n}", shelf="failure", title="other", text="nothing of the kind") for n in range(8)),
)


@pytest.fixture
def app() -> App:
    return build(load())


@pytest.mark.parametrize(
    ("words", "about"),
    [
        (QUESTION, ("StableDiffusionXLPipeline", "cuda", 12_000)),
        ("is ToMe any good on a CPU?", (None, "cpu", None)),
        ("PixArt-Sigma with 8 GB of VRAM", ("PixArtSigmaPipeline", "cuda", 8_000)),
        ("DiT on my MacBook", ("DiTPipeline", "mps", None)),
        ("stable diffusion 1.5 img2img", ("StableDiffusionImg2ImgPipeline", None, None)),
        ("why are my pictures black", (None, None, None)),
        ("how do I make flux fit on 8GB", ("FluxPipeline", "cuda", 8_000)),
        ("FLUX with ControlNet", ("FluxControlNetPipeline", None, None)),
        ("sd3.5 on a T4", ("StableDiffusion3Pipeline", "cuda", 16_000)),
        ("stable diffusion xl on an RTX 4090", ("StableDiffusionXLPipeline", "cuda", 24_000)),
        ("Wie mache ich SDXL schneller auf einer RTX 3080 Ti?", ("StableDiffusionXLPipeline", "cuda", None)),
        ("wan 2.1 16GB", ("WanPipeline", "cuda", 16_000)),
    ],
)
def test_what_a_question_is_about(words: str, about: tuple[object, ...]) -> None:
    found = topic(words)
    assert (found.pipeline_class, found.device, found.memory_mb) == about


def test_a_question_why_is_no_question_what_to_try() -> None:
    def asks(words: str) -> bool:
        return asks_what_to_try(words, topic(words))

    assert asks(QUESTION) and asks("如何加速 SDXL 12GB 显存") and asks("SDXL")
    assert not asks("why is SDXL slow") and not asks("fp8 on RTX 3090")
    assert topic("sd3.5 on a T4").bf16 is False and topic("SDXL on an RTX 3090").bf16 is True


@pytest.mark.parametrize("words", ["", "()", '"', "a" * 5000, "NEAR(x y) AND -z*", "显存 12GB SDXL", "\x00"])
def test_odd_words_break_nothing(words: str) -> None:
    index = Index(PAGES)
    assert isinstance(topic(words), Topic) and index.find(words) == []


def test_the_index_finds_stems_and_prefers_what_is_known_of_methods() -> None:
    index = Index(PAGES)
    assert [h.document.slug for h in index.find("reusing features")] and not index.find("the and of")
    assert {h.document.slug for h in index.find("reuse")} == {"a", "b"}
    found = index.find("stale", limit=2)
    assert len(found) == 2 and found[0].document.slug == "b"
    assert query('drop "table"; OR 12') == '"drop"* OR "table"*' and query("OR") == ""
    index.close()


def test_every_page_is_found_by_its_own_title() -> None:
    index, pages = Index(documents()), documents()
    methods = [p for p in pages if p.shelf == "method"]
    lost = [p.slug for p in methods if p.slug not in {h.document.method for h in index.find(p.title, 12)}]
    assert not lost


def test_the_question_of_the_brief(app: App) -> None:
    found = search(app, QUESTION)
    advice = found.advice
    assert advice is not None and advice.where.startswith("StableDiffusionXLPipeline")
    assert advice.device.memory_mb == 12_000
    assert "half precision" in " ".join(advice.notes) and advice.try_first[0].saves_memory
    rest = [m.slug for m in (*advice.try_first[1:], *advice.beside, *advice.not_here)]
    assert "precision" not in rest and "fp16_vae" in rest, "all others are judged in half precision"
    assert advice.beside[0].saves_memory, "memory is what was asked about"
    assert all(m.slug != "few_step_lora" for m in advice.try_first[:6]), "beyond the bounds comes last"
    assert advice.not_here and found.hits and all(h.document.text for h in found.hits)


def test_one_method_does_not_fill_the_answer(app: App) -> None:
    found = search(app, "black pictures with SDXL in float16")
    of = [h.document.method for h in found.hits]
    assert not found.advice_first and max(of.count(m) for m in of if m) <= 3 and "precision" in of


def test_words_without_a_place_get_pages_only(app: App) -> None:
    found = search(app, "same seed gives two different pictures")
    assert found.advice is None and "tome_draws_at_random" in {h.document.slug for h in found.hits}
    nameless = search(app, "8 GB card")
    assert nameless.advice is not None and "no model is named" in nameless.advice.notes[0]
    here = search(app, "ControlNet faster")
    assert here.advice is not None and "this machine" in here.advice.notes[0]


def test_nothing_found_is_a_sentence(app: App) -> None:
    for words in ("zzqq", " "):
        with pytest.raises(UsageError):
            search(app, words)


def test_described_devices() -> None:
    assert described("cuda", 12_000).name == "an NVIDIA GPU with 12 GB" and not described("cpu").bf16


def test_on_the_command_line() -> None:
    said = run("search", *QUESTION.split())
    assert said.returncode == 0, said
    for part in ("Try first", "Not here", "In the knowledge base", "source:"):
        assert part in said.stdout
    told = json.loads(run("search", QUESTION, "--json").stdout)
    assert told["topic"]["pipeline_class"] == "StableDiffusionXLPipeline" and told["advice"]["try_first"]
    wrong = run("search", "zzqq")
    assert wrong.returncode == 2 and wrong.stdout == "" and wrong.stderr.count("\n") == 1
