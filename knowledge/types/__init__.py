"""The vocabulary. Every other module speaks in these words and adds none of its own.

All values are frozen pydantic records: the same in memory, in SQLite and on the wire. Absent is None, never -1.
Times are seconds, memory is megabytes (10^6 bytes), quality loss is a fraction (0.05 is 5%), drift has no unit.
"""

from .benchmark import Absolute, FailureClass, Judged, Mismatch, Relative, Run, Static, Submission, Threshold
from .chat import Caps, ChatFailure, ChatFault, Exchange, Role, SentBack, Usage
from .denoiser import DenoiserFacts
from .diagnostic import Diagnostic, Replacement, Severity
from .environment import Device, Environment, Models, Protocol
from .failure import (
    AnyVerdict,
    Crashed,
    EditRefused,
    Failure,
    InvalidPlan,
    ModelMissing,
    NeedsInput,
    NeverCalled,
    NotProven,
    OutOfMemory,
    Tampered,
    TimedOut,
    Unscorable,
    Verdict,
)
from .matrix import Matrix, Row, Tried
from .measurement import Evaluation, Interval, Profile, PromptScore, Reading, Stages, Trace
from .outcome import Event, Outcome, StopReason, Trial, best_evaluation
from .plan import Candidate, Change, Import, Plan, Proposal, Step
from .record import Record, Scalar, as_json
from .request import Bound, Budget, Intent, Request, Search, Target
from .script import CallSite, Hazard, Maker, PipelineSite, Position, Script
from .task import Attributes, Calibrated, Difficulty, Task

__all__ = [
    "Absolute",
    "AnyVerdict",
    "Attributes",
    "Bound",
    "Budget",
    "Calibrated",
    "CallSite",
    "Candidate",
    "Caps",
    "Change",
    "ChatFailure",
    "ChatFault",
    "Crashed",
    "DenoiserFacts",
    "Device",
    "Diagnostic",
    "Difficulty",
    "EditRefused",
    "Environment",
    "Evaluation",
    "Event",
    "Exchange",
    "Failure",
    "FailureClass",
    "Hazard",
    "Import",
    "Intent",
    "Interval",
    "InvalidPlan",
    "Judged",
    "Maker",
    "Matrix",
    "Mismatch",
    "ModelMissing",
    "Models",
    "NeedsInput",
    "NeverCalled",
    "NotProven",
    "OutOfMemory",
    "Outcome",
    "PipelineSite",
    "Plan",
    "Position",
    "Profile",
    "PromptScore",
    "Proposal",
    "Protocol",
    "Reading",
    "Record",
    "Relative",
    "Replacement",
    "Request",
    "Role",
    "Row",
    "Run",
    "Scalar",
    "Script",
    "Search",
    "SentBack",
    "Severity",
    "Stages",
    "Static",
    "Step",
    "StopReason",
    "Submission",
    "Tampered",
    "Target",
    "Task",
    "Threshold",
    "TimedOut",
    "Trace",
    "Trial",
    "Tried",
    "Unscorable",
    "Usage",
    "Verdict",
    "as_json",
    "best_evaluation",
]
