"""From a frame and the reader's choices to the picture that is painted, on a worker."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from precedent_viewer.dicom.frames import FramePixels
from precedent_viewer.errors import GraphicsError
from precedent_viewer.grey_levels import GreyChoice
from precedent_viewer.painted import in_colours
from precedent_viewer.render.display import LARGE, level_table, levels_of, render
from precedent_viewer.render.image import Picture, picture_in_strips, picture_of

if TYPE_CHECKING:
    from precedent_viewer.render.graphics_card import GraphicsCard

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """Everything that decides how a rendered image looks."""

    pixels: FramePixels
    choice: GreyChoice
    level: int
    """How often it is halved."""

    def equals(self, other: Look) -> bool:
        """Compare; the pixels by identity, because comparing arrays costs more than it saves."""
        mine = (self.choice, self.level)
        return self.pixels is other.pixels and mine == (other.choice, other.level)

    @property
    def is_plain_grey(self) -> bool:
        """Whether a table from stored values to grey levels is all it takes."""
        return self.pixels.is_grey and self.choice.colours is None

    @property
    def is_inverted(self) -> bool:
        """Whether low values are bright."""
        return self.choice.inverted != (self.pixels.photometric == "MONOCHROME1")


class ImagePainter:
    """Makes pictures: with numpy, or large grey ones on the graphics card where that is wanted."""

    def __init__(self) -> None:
        self._card: GraphicsCard | None = None

    @property
    def card_name(self) -> str | None:
        """The graphics card that paints large images; None while the processor does."""
        return None if self._card is None else self._card.name

    def use_card(self) -> str:
        """Paint large images on the graphics card from now on; gives its name.

        Takes up to a second, so for a worker. Raises GraphicsError.
        """
        # OpenGL is of no concern to those who do not ask for it.
        from precedent_viewer.render.graphics_card import GraphicsCard

        if self._card is None:
            self._card = GraphicsCard()
        return self._card.name

    def leave_card(self) -> None:
        """Paint everything with the processor from now on."""
        card, self._card = self._card, None
        if card is not None:
            card.release()

    def picture(self, look: Look) -> Picture:
        """Make a picture; a card that fails is left, and the log says so."""
        card = self._card
        if card is not None and look.is_plain_grey and look.pixels.stored.size >= LARGE:
            try:
                found = _on_card(card, look)
            except GraphicsError as error:
                self._card = None
                logger.error("%s The processor paints from now on.", error.message)
                found = None
            if found is not None:
                return found
        return _by_processor(look)


def _on_card(card: GraphicsCard, look: Look) -> Picture | None:
    """Paint on the card; None for values that it cannot hold."""
    stored = look.pixels.stored
    if not card.can_paint(stored):
        return None
    table = level_table(look.pixels, look.choice.window, is_inverted=look.is_inverted)
    return picture_of(card.paint(stored, table, look.level)).at_level(look.level)


def _by_processor(look: Look) -> Picture:
    choice, pixels = look.choice, look.pixels
    if look.level and look.is_plain_grey:
        paint = levels_of(pixels, choice.window, is_inverted=look.is_inverted)
        return picture_in_strips(paint, pixels.stored, look.level)
    values = render(pixels, choice.window, invert=choice.inverted)
    return picture_of(in_colours(values, choice.colours), look.level)
