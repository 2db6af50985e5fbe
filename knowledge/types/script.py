"""What analysis finds in a file."""

from pydantic import Field

from .plan import Step
from .record import Record


class Position(Record):
    """Where something stands in the file: line from 1, column from 0, as Python's own ast counts."""

    line: int
    column: int


class Hazard(Record):
    """Something in the text that some methods would break, or that works against itself."""

    slug: str = Field(description="few_steps, own_attention, own_callback, changes_guidance, shared, ...")
    sentence: str = Field(description="one sentence for people: what is there, and what it means for acceleration")
    line: int
    forbids: tuple[str, ...] = Field(default=(), description="slugs and kinds of methods that it rules out")


class CallSite(Record):
    """One call of the pipeline: `image = pipe(prompt, num_inference_steps=50).images[0]`."""

    start: Position
    end: Position
    receiver: str = Field(description="the expression that is called, as written: `pipe`, `self.pipe`")
    method: str = Field(default="__call__", description="`__call__`, or `tgate` for pipe.tgate(...)")
    function: str | None = Field(default=None, description="qualified name of the enclosing function, if any")
    handler: str | None = Field(
        default=None, description="what calls that function, where a server does: `POST /generate`, `gradio`"
    )
    positional: tuple[str, ...] = Field(default=(), description="source of each positional argument")
    keywords: dict[str, str] = Field(default={}, description="keyword -> source of its value")
    starred: tuple[str, ...] = Field(default=(), description="source of each **mapping")
    steps: int | None = Field(default=None, description="num_inference_steps where it can be read statically")
    guidance_scale: float | None = None
    strength: float | None = Field(default=None, description="image-to-image: share of the steps that is run")
    height: int | None = None
    width: int | None = None


class PipelineSite(Record):
    """One pipeline that the script builds, with everything static analysis can say about it."""

    name: str = Field(description="the variable or attribute that holds it: `pipe`, `self.pipe`; `<inline>` if none")
    start: Position
    end: Position
    pipeline_class: str = Field(description="as imported: StableDiffusionPipeline")
    constructor: str = Field(default="from_pretrained", description="from_pretrained, from_single_file, __init__")
    model_id: str | None = Field(default=None, description="where it can be read statically")
    controlnet_id: str | None = None
    function: str | None = None
    load_keywords: dict[str, str] = Field(default={})
    scheduler: str | None = Field(default=None, description="class name, where the script sets one")
    dtype: str | None = Field(default=None, description="float32, float16, bfloat16; None: library default")
    device: str | None = Field(default=None, description="the argument of .to(...) where static")
    applied: tuple[str, ...] = Field(default=(), description="slugs of methods that the script already uses")
    methods: tuple[Step, ...] = Field(
        default=(), description="the same, with the settings that can be read in the text"
    )
    preprocessors: tuple[str, ...] = Field(default=(), description="what prepares a conditioning image: canny")
    hazards: tuple[Hazard, ...] = ()
    built_in: str | None = Field(default=None, description="the other file of the package that builds it")
    calls: tuple[CallSite, ...] = ()

    def forbids(self, slug: str, kind: str) -> Hazard | None:
        """The first hazard that rules a method out."""
        return next((h for h in self.hazards if slug in h.forbids or kind in h.forbids), None)


class Maker(Record):
    """A function of another file of the same package that returns a pipeline."""

    name: str = Field(description="as this file calls it: `load`, `models.load`")
    path: str
    site: PipelineSite = Field(description="the pipeline, as that file builds it")


class Script(Record):
    """What static analysis found in one Python file."""

    path: str
    pipelines: tuple[PipelineSite, ...] = ()
    elsewhere: tuple[Maker, ...] = Field(default=(), description="makers of pipelines that this file imports")
    source_sha: str

    def pipeline(self, name: str) -> PipelineSite | None:
        """The first pipeline of that name."""
        return next((p for p in self.pipelines if p.name == name), None)
