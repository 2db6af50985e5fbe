"""A plan as one change of the script: what each method asks for, joined in the right order."""

from .catalogue import methods_of
from .situation import Situation
from .types import Change, Plan


def change_for(plan: Plan, situation: Situation) -> Change:
    """Join the changes of the plan's methods; set-up statements in the order the methods need."""
    changes = [m.change(situation, plan) for m in methods_of(plan)]
    imports = dict.fromkeys(i for c in changes for i in c.imports)
    return Change(
        imports=tuple(imports),
        definitions=tuple(dict.fromkeys(d for c in changes for d in c.definitions)),
        load_keywords={k: v for c in changes for k, v in c.load_keywords.items()},
        scheduler=next((c.scheduler for c in changes if c.scheduler), None),
        setup=tuple(line for c in changes for line in c.setup),
        call_keywords={k: v for c in changes for k, v in c.call_keywords.items()},
        call_method=next((c.call_method for c in changes if c.call_method), None),
    )


def batch_safe(plan: Plan) -> bool:
    """May pictures for the quality measurement be made several at a time?"""
    return all(m.batch_safe for m in methods_of(plan))
