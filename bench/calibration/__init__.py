"""Where the targets of L4 and L5 come from: a search on this device, recorded so that it can be replayed."""

from .calibrate import Evaluate, Label, calibrate, calibrated_of, improved, labels
from .duel import Duel, duel, duels
from .ground import ground_of, protocol
from .landscape import Ground, Journal, Landscape, Measured, Recipe, Recorded, exported, imported
from .replay import Chooser, Entrant, Games, Goal, Played, Replay, Sight, games, goal_of, play
from .rivals import RIVALS, alike, plainly
from .tables import calibration_page, replay_page, replay_section

__all__ = [
    "RIVALS",
    "Chooser",
    "Duel",
    "Entrant",
    "Evaluate",
    "Games",
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
    "alike",
    "calibrate",
    "calibrated_of",
    "calibration_page",
    "duel",
    "duels",
    "exported",
    "games",
    "goal_of",
    "ground_of",
    "imported",
    "improved",
    "labels",
    "plainly",
    "play",
    "protocol",
    "replay_page",
    "replay_section",
]
