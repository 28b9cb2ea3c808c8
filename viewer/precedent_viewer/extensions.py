"""Find extensions by entry point and activate them; one that fails is a message, not a crash."""

import logging
from collections.abc import Callable, Iterable
from importlib.metadata import EntryPoint, entry_points

from precedent_resources import PrecedentError
from precedent_viewer.api import ViewerApi

logger = logging.getLogger(__name__)

GROUP = "precedent.extensions"
"""Each entry point is a function that takes a `ViewerApi`."""


def installed_extensions() -> tuple[EntryPoint, ...]:
    """Give the installed extensions in the order of their names."""
    return tuple(sorted(entry_points(group=GROUP), key=lambda point: point.name))


def activate_extensions(
    points: Iterable[EntryPoint], api: ViewerApi, on_failure: Callable[[str, str], object]
) -> tuple[str, ...]:
    """Load and activate extensions; give the names of those that work.

    on_failure gets one sentence and a hint for each that does not.
    """
    active = []
    for point in points:
        try:
            point.load()(api)
        except PrecedentError as error:
            logger.exception("The extension %s refused to start.", point.name)
            on_failure(f"The extension {point.name} did not start: {error.message}",
                       error.hint or "The viewer works without it.")  # fmt: skip
        except Exception as error:  # the extension loader is one of the three places of style.md §8
            logger.exception("The extension %s failed.", point.name)
            on_failure(
                f"The extension {point.name} did not start ({type(error).__name__}).",
                "The viewer works without it; the log panel says more.",
            )
        else:
            active.append(point.name)
    return tuple(active)
