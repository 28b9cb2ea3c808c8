"""Lay out viewports as a protocol says, read what they show now, and put them back. No Qt."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from precedent_viewer.commands import CommandRegistry
from precedent_viewer.grey_levels import GreyChoice
from precedent_viewer.hanging.demonstration import Demonstration, Shown
from precedent_viewer.hanging.matching import Match
from precedent_viewer.hanging.rules import LINKS, LinkName, Look
from precedent_viewer.model.study import Series, StudyTree
from precedent_viewer.model.viewport import Viewport
from precedent_viewer.view import View
from precedent_viewer.views import Layout, Screen, Views

LINK_COMMANDS: dict[LinkName, str] = {
    "scroll": "layout.link-scroll", "place": "layout.link-place", "grey": "layout.link-grey",
    "lines": "layout.toggle-lines",
}  # fmt: skip
FIXED_SCALES = frozenset({"CT"})
"""Modalities whose values mean the same in every study, so that a window can be kept."""


class LinkSwitches:
    """The switches that link viewports, as the commands have them."""

    def __init__(self, registry: CommandRegistry) -> None:
        self._registry = registry

    def on(self) -> tuple[LinkName, ...]:
        """Give what is linked."""
        return tuple(name for name in LINKS if self._is_on(name))

    def set(self, wanted: Sequence[LinkName]) -> None:
        """Link this and nothing else."""
        for name in LINKS:
            if self._is_on(name) != (name in wanted):
                self._registry.get(LINK_COMMANDS[name]).run()
        self._registry.refreshed.emit()

    def _is_on(self, name: LinkName) -> bool:
        checked = self._registry.get(LINK_COMMANDS[name]).checked
        return checked is not None and checked()


@dataclass(frozen=True, slots=True)
class _Kept:
    series: Series | None
    index: int
    grey: GreyChoice
    viewport: Viewport
    is_fitted: bool


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Everything about the main window's viewports that hanging changes."""

    layout: Layout
    kept: tuple[_Kept, ...]
    active: int
    links: tuple[LinkName, ...]


class Arranger:
    """The one place where protocols touch viewports; those of the main window alone."""

    def __init__(self, views: Views, tree: StudyTree, links: LinkSwitches) -> None:
        self._views, self._tree, self._links = views, tree, links

    @property
    def _screen(self) -> Screen:
        return self._views.main

    def demonstration(self) -> Demonstration:
        """Read what is on the screen."""
        shown = tuple(
            Shown(None if view.series is None else view.series.uid, look_of(view))
            for view in self._screen.all
        )
        return Demonstration(self._screen.layout, shown, self._links.on())

    def keep(self) -> Arrangement:
        """Remember the screen as it is."""
        every = self._screen.all
        active = every.index(self._views.active) if self._views.active in every else 0
        kept = tuple(
            _Kept(one.series, one.index, one.grey.choice, one.place.viewport, one.place.is_fitted)
            for one in every
        )
        return Arrangement(self._screen.layout, kept, active, self._links.on())

    def hang(self, match: Match) -> None:
        """Show what a protocol wants; viewports that nothing is found for are left empty."""
        rule = match.rule
        self._links.set(())
        self._screen.set_layout(*rule.layout)
        for view, place, result in zip(self._screen.all, rule.places, match.places, strict=True):
            series = None if result.series is None else self._find(result.series.uid)
            if series is None:
                view.clear()
            else:
                view.show_series(series)
                view.go_to(0)
                _dress(view, place.look)
        self._views.activate(self._screen.all[0])
        self._links.set(rule.links)

    def restore(self, before: Arrangement) -> None:
        """Put the screen back."""
        self._links.set(())
        self._screen.set_layout(*before.layout)
        for view, kept in zip(self._screen.all, before.kept, strict=True):
            if kept.series is None or self._find(kept.series.uid) is None:
                view.clear()
                continue
            view.show_series(kept.series)
            view.go_to(kept.index)
            view.grey.choose(kept.grey)
            view.place.lay(kept.viewport, is_fitted=kept.is_fitted)
        self._views.activate(self._screen.all[before.active])
        self._links.set(before.links)

    def _find(self, uid: str) -> Series | None:
        every = (one for study in self._tree.studies for one in study.series)
        return next((one for one in every if one.uid == uid), None)


def look_of(view: View) -> Look:
    """Read how a viewport shows its series.

    A window is kept where values mean the same in every study (CT); elsewhere the next study's
    own window serves better than this one's numbers.
    """
    choice, place = view.grey.choice, view.place.viewport
    modality = "" if view.series is None else view.series.modality
    is_actual = not view.place.is_fitted and abs(view.place.magnification - 1) < 1e-6
    return Look(
        window=choice.window if modality in FIXED_SCALES else None,
        inverted=choice.inverted,
        colours=choice.colours,
        quarters=place.rotation_quarters,
        flipped_horizontally=place.flipped_horizontally,
        flipped_vertically=place.flipped_vertically,
        zoom="actual" if is_actual else "fit",
    )


def _dress(view: View, look: Look) -> None:
    view.grey.choose(GreyChoice(look.window, look.inverted, look.colours))
    turned = Viewport(
        (0.0, 0.0), rotation_quarters=look.quarters,
        flipped_horizontally=look.flipped_horizontally,
        flipped_vertically=look.flipped_vertically,
    )  # fmt: skip
    view.place.lay(turned, is_fitted=True)
    if look.zoom == "actual":
        _when_shown(view, view.place.one_to_one)


def _when_shown(view: View, action: Callable[[], None]) -> None:
    """Act on the image of the series that is wanted now, at once or when it has come."""
    series = view.series
    if view.has_image():
        action()
        return

    def once(_pixels: object) -> None:
        if view.series is not series:
            view.pixels_changed.disconnect(once)
        elif view.has_image():
            view.pixels_changed.disconnect(once)
            action()

    view.pixels_changed.connect(once)
