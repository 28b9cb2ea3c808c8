"""What one click can do about a warning. No Qt: the tray and the window act on these.

`MuteShots`, `RemoveShots` and `Reorder` change the tray alone (`prompting/repairing.py`).
`MatchWindow` and `MatchScale` show shots in another rendering (`Session.rendered`), `FitWhole` is a
setting of the question, and the rest put the reader where the remedy is.
"""

from dataclasses import dataclass
from typing import Literal

from precedent_plugin.select import OrderPolicy

Text = Literal["question", "answer"]
ViewerTool = Literal["region", "window"]


@dataclass(frozen=True, slots=True)
class MuteShots:
    """Keep these shots in view without sending them."""

    case_ids: tuple[str, ...]

    @property
    def words(self) -> str:
        """What a button says."""
        return f"Mute {_counted(len(self.case_ids))}"


@dataclass(frozen=True, slots=True)
class RemoveShots:
    """Take these shots out of the tray."""

    case_ids: tuple[str, ...]

    @property
    def words(self) -> str:
        """What a button says."""
        return f"Remove {_counted(len(self.case_ids))}"


@dataclass(frozen=True, slots=True)
class Reorder:
    """Send the shots in the order of a policy."""

    policy: OrderPolicy

    @property
    def words(self) -> str:
        """What a button says."""
        return "Put the most similar last"


@dataclass(frozen=True, slots=True)
class MatchWindow:
    """Show these shots in the window of the picture that is asked about."""

    case_ids: tuple[str, ...]
    window: tuple[float, float]
    """Center and width, in modality units."""

    @property
    def words(self) -> str:
        """What a button says."""
        center, width = self.window
        return f"Show {_counted(len(self.case_ids))} at {center:g} / {width:g}"


@dataclass(frozen=True, slots=True)
class MatchScale:
    """Show these shots at the scale of the picture that is asked about."""

    case_ids: tuple[str, ...]
    pixel_mm: float
    """Between two pixels."""

    @property
    def words(self) -> str:
        """What a button says."""
        return f"Scale {_counted(len(self.case_ids))} to the picture"


@dataclass(frozen=True, slots=True)
class FitWhole:
    """Send every picture whole, with black beside it, so that the model's crop cuts nothing."""

    @property
    def words(self) -> str:
        """What a button says."""
        return "Send whole pictures"


@dataclass(frozen=True, slots=True)
class FindShots:
    """Look in the library for references to this picture."""

    other_than: str = ""
    """Only those with another answer than this; empty for all."""

    @property
    def words(self) -> str:
        """What a button says."""
        return "Find counter-examples" if self.other_than else "Find references"


@dataclass(frozen=True, slots=True)
class LookAgain:
    """Go to the viewer with a tool: draw a region, or choose another window."""

    tool: ViewerTool

    @property
    def words(self) -> str:
        """What a button says."""
        return "Draw a region" if self.tool == "region" else "Choose another window"


@dataclass(frozen=True, slots=True)
class Shorten:
    """Go to a text, or to the length of the answer, and make it shorter."""

    what: Text
    tokens: int
    """At least so many must go."""

    @property
    def words(self) -> str:
        """What a button says."""
        return f"Shorten the {self.what} by {self.tokens} tokens"


Rendering = MatchWindow | MatchScale
Repair = MuteShots | RemoveShots | Reorder | Rendering | FitWhole | FindShots | LookAgain | Shorten


def _counted(count: int) -> str:
    return "1 reference" if count == 1 else f"{count} references"
