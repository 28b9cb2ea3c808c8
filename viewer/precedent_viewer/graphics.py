"""The command that lets the graphics card paint large images."""

import logging
from functools import partial

from precedent_resources import PrecedentError
from precedent_viewer.commands import Command
from precedent_viewer.parts import Parts

logger = logging.getLogger(__name__)


def attach(parts: Parts) -> None:
    """Add the command; the choice is kept for the next start."""
    parts.registry.add(
        Command(
            "view.toggle-graphics-card", "Paint large images on the graphics card",
            partial(_toggle, parts), "View", None, None, None,
            "Look up and shrink large grey images with OpenGL. The grey levels are the same.",
            checked=lambda: parts.settings.current.use_graphics_card, group=4,
        )
    )  # fmt: skip
    if parts.settings.current.use_graphics_card:
        _begin(parts, told=False)


def _toggle(parts: Parts) -> None:
    wanted = not parts.settings.current.use_graphics_card
    parts.settings.update(use_graphics_card=wanted)
    if wanted:
        _begin(parts, told=True)
    else:
        # On the thread that paints, so that no painting is cut short.
        parts.tasks.run(parts.painter.leave_card, on_result=lambda _none: None, pool="paint")


def _begin(parts: Parts, *, told: bool) -> None:
    def ready(name: str) -> None:
        logger.info("Large images are painted on %s.", name)
        if told:
            parts.shell.notify(f"Large images are painted on {name}.")

    def failed(error: PrecedentError) -> None:
        parts.settings.update(use_graphics_card=False)
        parts.registry.refreshed.emit()
        parts.shell.notify(error.message, error.hint, "warning")

    parts.tasks.run(parts.painter.use_card, on_result=ready, on_error=failed, pool="paint")
