"""Plan made code, without a model: rendered from the knowledge base and written into the person's own file."""

from ..knowledge.render import change_for
from ..knowledge.situation import Situation
from ..knowledge.types import Candidate, EditRefused, Plan, Script
from ..tools.script.edit import apply


def write(plan: Plan, source: str, script: Script, situation: Situation) -> Candidate | EditRefused:
    """The whole text of the file with the plan written into it, or why that cannot be done."""
    code = apply(source, script, situation.pipeline.name, change_for(plan, situation))
    return code if isinstance(code, EditRefused) else Candidate(plan=plan, code=code)
