"""Where an edit goes in scripts that leave it little room, and the sentences with which it is refused."""

import pytest
from corpus import analysed, edited, refused
from factories import plan, step

from diffagent_mcp.knowledge.types import Change, Import
from diffagent_mcp.tools.script.edit import apply

HEAD = "from diffusers import StableDiffusionPipeline\n"
BUILD = 'StableDiffusionPipeline.from_pretrained("a/b")'
TWENTY = plan(step("sampler", name="dpmpp_2m", steps=20), step("fused_qkv"))


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (f"(pipe := {BUILD})('x')\n", "built inside another expression at line 2; bind it to a name first"),
        (f"pipe, n = {BUILD}, 3\npipe('x')\n", "bind it to a name first"),
        (f"make = lambda: {BUILD}\nmake()('x')\n", "bind it to a name first"),
        (f"pipes = [{BUILD} for _ in range(2)]\n", "bind it to a name first"),
        (f"pipe = {BUILD} if fast else None\npipe('x')\n", "bind it to a name first"),
        (f"for i in {BUILD}('x').images: pass\n", "bind it to a name first"),
        (f"if True: ready = bool({BUILD})\n", "bind it to a name first"),
        (f"def f():\n    pipe = {BUILD}\n    return pipe, 1\n", "no call of pipe can be seen"),
        (f"from functools import partial\npipe = {BUILD}\npartial(pipe)('x')\n", "no call of pipe can be seen"),
        (f"pipe = {BUILD}\nprint(f'{{pipe(1)}}')\n", "the call at line 3 stands inside an f-string"),
        (f"pipe = {BUILD}\npipe(p for p in ps)\n", "the call at line 3 is given a bare generator"),
        ("from diffusers import NewestPipeline as F\npipe = F.from_pretrained('f')\npipe('x', 'y')\n", "by position"),
    ],
)
def test_where_there_is_no_room_the_edit_is_refused(code: str, sentence: str) -> None:
    assert sentence in refused(HEAD + code, TWENTY)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (
            "class S:\n    pipe = None\n    def draw(self):\n        if self.pipe is None:\n"
            f"            self.pipe = {BUILD}\n        return self.pipe('x')\n",
            "            self.pipe.fuse_qkv_projections()\n        return self.pipe('x', num",
        ),
        (
            "pipe = None\ndef draw():\n    global pipe\n    if pipe is None:\n"
            f"        pipe = {BUILD}\n    return pipe('x')\n",
            "        pipe.fuse_qkv_projections()\n    return pipe('x', num",
        ),
        (
            f"try:\n    pipe = {BUILD}\nexcept OSError:\n    pipe = None\nif pipe: pipe('x')\n",
            "    pipe.fuse_qkv_projections()\nexcept OSError:",
        ),
        (
            f"try:\n    pipe = {BUILD}\nexcept OSError:\n    pipe = {BUILD}\npipe('x')\n",
            f"    pipe = {BUILD}\npipe.scheduler",
        ),
        (f"pipe = {BUILD}\ndraw()\npipe.to('cpu')\ndef draw(): pipe('x')\n", "pipe.fuse_qkv_projections()\ndraw()"),
        (f"def gen(m):\n    return m('x')\ngen({BUILD})\n", "pipe.fuse_qkv_projections()\ngen(pipe)"),
    ],
)
def test_set_up_happens_once_and_on_every_way(code: str, expected: str) -> None:
    made = edited(HEAD + code, TWENTY)
    assert expected in made and made.count("fuse_qkv") == 1, made


def test_every_branch_that_builds_is_changed() -> None:
    code = (
        f"if fast:\n    pipe = {BUILD}\n    pipe.to('cuda')\n    pipe('x')\nelse:\n    pipe = {BUILD}\n    pipe('y')\n"
    )
    made = edited(HEAD + code, plan(step("fused_qkv"), step("precision", dtype="bfloat16")))
    assert made.count("dtype=torch.bfloat16") == 2 and made.count("    pipe.fuse_qkv_projections()\n") == 2


def test_a_scheduler_that_is_set_under_a_condition_is_set_for_good() -> None:
    code = f"pipe = {BUILD}\nif x:\n    pipe.scheduler = S()\npipe('x')\n"
    made = edited(HEAD + code, TWENTY)
    assert "    pipe.scheduler = S()\npipe.scheduler = DPMSolverMultistepScheduler.from_config(" in made


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (f"pipe = {BUILD}; img = pipe('x')\n", "; pipe.fuse_qkv_projections(); img = pipe("),
        (f"if True: pipe = {BUILD}\npipe('x')\n", f"if True: pipe = {BUILD}; pipe.scheduler ="),
        (f"if fast:\n    pipe = {BUILD}\nelse:\n    pipe = {BUILD}\npipe('x')\n", ")\npipe.scheduler ="),
        (f"img = {BUILD}('x').images[0]\n", f"pipe = {BUILD}\npipe.scheduler ="),
        (f"with open('f') as f:\n  pipe = {BUILD}\n  pipe('x')\n", "\n  pipe.scheduler ="),
        (f"pipe = {BUILD}\npipe = pipe.to('cpu')  # here\nprint(1)\npipe('x')\n", "# here\npipe.scheduler ="),
        (f"async def f():\n    p = {BUILD}\n    return p('x')\n", ")\n    p.scheduler ="),
        (f"class A:\n    pipe = {BUILD}\n    def f(self): return self.pipe('x')\n", ")\n    pipe.scheduler ="),
        (f"x = 1\npipe = {BUILD}\npipe('x')", "pipe('x', num_inference_steps=20)"),
        (f"pipe = {BUILD}\npipe(\n)\n", "pipe(num_inference_steps=20\n)"),
    ],
)
def test_set_up_goes_where_the_pipeline_is_ready(code: str, expected: str) -> None:
    made = edited(HEAD + code, TWENTY)
    assert expected in made, made


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("pipe('x', num_inference_steps=n)", "pipe('x', num_inference_steps=20)"),
        ("pipe('x', 512, 512, 50)", "pipe('x', 512, 512, 20)"),
        ("pipe('x', **more)", "pipe('x', **{**more, \"num_inference_steps\": 20})"),
        ("pipe('x', **{**more, 'num_inference_steps': 9})", "pipe('x', **{**more, 'num_inference_steps': 9})"),
        ("pipe('x', **{**more, 'eta': 0.0})", "**{**more, 'eta': 0.0, \"num_inference_steps\": 20})"),
        ("pipe('x', **{'num_inference_steps': 30})", "pipe('x', **{'num_inference_steps': 20})"),
        ("pipe('x', **more or {})", "pipe('x', **{**(more or {}), \"num_inference_steps\": 20})"),
        ("pipe('x', **(a if more else b))", '**({**(a if more else b), "num_inference_steps": 20}))'),
        ("pipe('x', **a or {}, **(more or {}))", '**{**(a or {}), **(more or {}), "num_inference_steps": 20})'),
        ("pipe('x', **dict(eta=0.0))", "pipe('x', **dict(eta=0.0), num_inference_steps=20)"),
        ("pipe(\n    'x',\n    eta=0.0,  # why\n)", "eta=0.0,  # why\n    num_inference_steps=20,\n)"),
        ("pipe(\n    'x',\n    eta=0.0  # why\n)", "eta=0.0,  # why\n    num_inference_steps=20\n)"),
        ("pipe(('x'))", "pipe(('x'), num_inference_steps=20)"),
        ("pipe(\n    (\n        'x'  # (\n    )\n)", "    ),\n    num_inference_steps=20\n)"),
        ("pipe(\n    (\n        'x'\n    ),  # why\n)", "    ),  # why\n    num_inference_steps=20,\n)"),
        ("pipe(\n    prompt=dict(\n        a=1,\n    ),\n)", "    ),\n    num_inference_steps=20,\n)"),
        ("pipe('x', num_inference_steps=20)", "pipe('x', num_inference_steps=20)"),
        ("pipe('x', num_inference_steps=4)", "pipe('x', num_inference_steps=4)"),
    ],
)
def test_arguments_in_the_style_of_the_call(call: str, expected: str) -> None:
    made = edited(f"{HEAD}pipe = {BUILD}\n{call}\n", TWENTY)
    assert expected in made, made


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("#!/usr/bin/env python\n# coding: utf-8\n", "#!/usr/bin/env python\n# coding: utf-8\n"),
        ('"""Doc."""\nfrom __future__ import annotations\n', '"""Doc."""\nfrom __future__ import annotations\n'),
        ("import os\nimport torch\n", "import os\nimport torch\n"),
    ],
)
def test_imports_come_after_what_must_stand_first(before: str, after: str) -> None:
    change = Change(imports=(Import(module="torch"), Import(module="DeepCache", name="DeepCacheSDHelper")))
    code = f"{before}{HEAD}pipe = {BUILD}\npipe('x')\n"
    made = apply(code, analysed(code), "pipe", change)
    assert isinstance(made, str) and made.startswith(after)
    assert made.count("import torch") == 1 and "from DeepCache import DeepCacheSDHelper\n" in made
    compile(made, "made.py", "exec")


@pytest.mark.parametrize(
    ("code", "begins"),
    [
        (
            "from __future__ import annotations\nfrom diffusers import X\n",
            "from __future__ import annotations\nimport torch\n",
        ),
        (
            "import os; import sys\nfrom diffusers import X\n",
            "import os; import sys\nimport torch\nfrom diffusers import X\n",
        ),
        ("import sys; x = 1\n", "import torch\nimport sys; x = 1\n"),
        ("# first\n@decorated\ndef f(): pass\n", "# first\nimport torch\n@decorated\n"),
        (
            "import a\nimport z\nfrom diffusers import X\n",
            "import a\nimport torch\nimport z\nfrom diffusers import X\n",
        ),
        ("try:\n    import fast\nexcept ImportError: pass\n", "import torch\ntry:\n"),
        ("if 1:\n    import torch\nimport a\n", "if 1:\n    import torch\nimport a\nimport torch\n"),
        ('"""Doc."""\nx = 1\n', '"""Doc."""\n\nimport torch\nx = 1\n'),
    ],
)
def test_a_new_import_stands_among_its_like(code: str, begins: str) -> None:
    whole = f"{code}def f():\n    {HEAD}    pipe = {BUILD}\n    pipe('x')\n"
    made = apply(whole, analysed(whole), "pipe", Change(imports=(Import(module="torch"),)))
    assert isinstance(made, str) and made.startswith(begins), made


def test_a_local_import_of_diffusers_is_extended_where_it_is() -> None:
    code = f"def f():\n    from diffusers import StableDiffusionPipeline\n    pipe = {BUILD}\n    return pipe('x')\n"
    made = edited(code, TWENTY)
    assert "    from diffusers import DPMSolverMultistepScheduler, StableDiffusionPipeline\n" in made


def test_an_import_that_goes_on_behind_a_backslash_is_extended_on_its_line() -> None:
    code = f"from diffusers import DDIMScheduler, \\\n    StableDiffusionPipeline\npipe = {BUILD}\npipe('x')\n"
    assert "\\\n    DPMSolverMultistepScheduler, StableDiffusionPipeline\n" in edited(code, TWENTY)


def test_a_byte_order_mark_stays() -> None:
    made = edited(f"\ufeff{HEAD}pipe = {BUILD}\npipe('x')\n", TWENTY)
    assert made.startswith("\ufefffrom diffusers") and made.count("\ufeff") == 1


def test_the_pipeline_that_is_meant_is_the_one_that_changes() -> None:
    code = f"{HEAD}a = {BUILD}\nb = {BUILD}\na('x')\nb('y')\n"
    made = edited(code, TWENTY, "b")
    assert "a('x')" in made and "b('y', num_inference_steps=20)" in made and "a.scheduler" not in made


@pytest.mark.parametrize("name", ["a.pipe", "b.pipe"])
def test_pipelines_of_one_name_are_told_apart(name: str) -> None:
    body = f"    pipe = {BUILD}\n    return pipe('x')\n"
    code = f"{HEAD}def a():\n{body}def b():\n{body}"
    made = edited(code, TWENTY, name)
    other = "def b" if name == "a.pipe" else "def a"
    function = next(f for f in made.split("def ") if f.startswith(other[4:]))
    assert made.count("fuse_qkv") == 1 and "fuse_qkv" not in function and "num_inference" not in function


def test_options_that_others_read_are_left_alone() -> None:
    code = f"{HEAD}o = dict(num_inference_steps=40)\nprint(o)\npipe = {BUILD}\npipe('x', **o)\n"
    made = edited(code, TWENTY)
    assert "o = dict(num_inference_steps=40)" in made and "pipe('x', **{**o, \"num_inference_steps\": 20})" in made
    assert edited(made, TWENTY) == made


def test_building_again_under_a_condition_is_set_up_there_too() -> None:
    code = f"{HEAD}pipe = {BUILD}\nif x:\n    pipe = {BUILD}\npipe('x')\n"
    made = edited(code, plan(step("fused_qkv")))
    assert f"pipe = {BUILD}\npipe.fuse_qkv_projections()\nif x:\n    pipe = {BUILD}\n    pipe.fuse" in made
