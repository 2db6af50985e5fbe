"""Where the targets of L4 and L5 come from: a search on this device, recorded so that it can be replayed."""

from .calibrate import Evaluate, Label, calibrate, calibrated_of, improved, labels
from .ground import ground_of, protocol
from .landscape import Ground, Journal, Landscape, Measured, Recipe, Recorded, exported, imported
from .replay import CHOOSERS, Chooser, Duel, Goal, Played, Replay, Sight, duel, play
from .tables import calibration_page, replay_section

__all__ = [
    "CHOOSERS",
    "Chooser",
    "Duel",
    "Evaluate",
    "Goal",
    "Ground",
    "Journal",
    "Label",
    "Landscape",
    "Measured",
    "Played",
    "Recipe",
    "Recorded",
    "Replay",
    "Sight",
    "calibrate",
    "calibrated_of",
    "calibration_page",
    "duel",
    "exported",
    "ground_of",
    "imported",
    "improved",
    "labels",
    "play",
    "protocol",
    "replay_section",
]
