"""What the desk knows: the view, the draft, what is said of both, and how the engine stands."""

from dataclasses import dataclass, field
from typing import Literal

from precedent_inference.protocol import PromptFacts
from precedent_plugin.ask_settings import AskSettings
from precedent_plugin.host import PaintedPixels, ViewSnapshot
from precedent_plugin.originals import Values
from precedent_plugin.preprocess import describe_view
from precedent_plugin.select import ArrangedShot
from precedent_plugin.sureness import Sureness
from precedent_plugin.warnings.warning import PromptWarning

EngineState = Literal["off", "starting", "ready", "failed"]


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the host shows: exactly the pixels that would be sent."""

    snapshot: ViewSnapshot
    pixels: PaintedPixels
    values: Values | None = None
    """The modality values under them, where they were taken to be kept."""

    @property
    def title(self) -> str:
        """What it is, in words."""
        return describe_view(self.snapshot)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is known about the tray and the view together."""

    shots: tuple[ArrangedShot, ...] = ()
    warnings: tuple[PromptWarning, ...] = ()
    facts: PromptFacts | None = None
    """What the prompt takes of the model; None until an engine runs."""
    sureness: Sureness | None = None
    """From when on an answer counts as sure; None where no check covers the question."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The question as it stands in the field."""

    words: str = ""
    settings: AskSettings = field(default_factory=AskSettings)


@dataclass(frozen=True, slots=True)
class Engine:
    """How the engine stands, in a word and in words."""

    state: EngineState = "off"
    words: str = "The engine starts with the first question."
