"""The command that compares the tags of two images."""

from precedent_viewer.commands import Command
from precedent_viewer.panels.tags.compare import Compared, CompareDialog
from precedent_viewer.parts import Parts
from precedent_viewer.view import View


def attach(parts: Parts) -> None:
    """Add the command; it offers the images of all viewports and the neighbours of the active."""

    def compare() -> None:
        dialog = CompareDialog(
            offered_images(parts), parts.tasks, parts.shell.theme(), parts.window
        )
        parts.shell.show_dialog(dialog)

    parts.registry.add(
        Command("panels.compare-tags", "Compare tags…", compare, "Panels", "Alt+T", None,
                "tags", "Lay the tags of two images side by side and mark what differs.", group=1),
    )  # fmt: skip


def offered_images(parts: Parts) -> tuple[Compared, ...]:
    """Give what is on the screen, the active image first, its neighbours, then the documents."""
    active = parts.view.current
    others = [view for view in parts.views.all if view is not active]
    found = [one for view in (active, *others) if (one := _shown(view)) is not None]
    found += [one for step in (1, -1) if (one := _neighbour(active, step)) is not None]
    found += [Compared(f"{one.title}: {one.path.name}", one.path) for one in parts.tree.documents]
    return tuple(dict.fromkeys(found))


def _shown(view: View) -> Compared | None:
    return _at(view, view.index)


def _neighbour(view: View, step: int) -> Compared | None:
    return _at(view, view.index + step)


def _at(view: View, index: int) -> Compared | None:
    series = view.series
    if series is None or not 0 <= index < len(series.frames):
        return None
    frame = series.frames[index]
    if frame.instance.kind != "dicom":
        return None
    several = frame.instance.number_of_frames > 1
    title = f"{series.title}, image {index + 1} of {len(series.frames)}: {frame.instance.path.name}"
    return Compared(title, frame.instance.path, frame.index if several else None)
