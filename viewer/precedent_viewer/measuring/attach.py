"""Measuring in the window: tools, the layer, the panel and the commands."""

from functools import partial
from pathlib import Path

from PyQt6.QtWidgets import QFileDialog

from precedent_viewer.builtin.tools import choose_command
from precedent_viewer.commands import Command
from precedent_viewer.errors import ViewerError
from precedent_viewer.measuring.annotations import KINDS, POINTS, Annotation, Kind, PointPx
from precedent_viewer.measuring.book import AnnotationBook
from precedent_viewer.measuring.drawing import DrawTool
from precedent_viewer.measuring.layer import AnnotationLayer, image_key
from precedent_viewer.measuring.store import AnnotationStore, AnnotationStoreError
from precedent_viewer.model.study import Series
from precedent_viewer.panels.annotations import AnnotationsPanel, Place
from precedent_viewer.parts import Parts
from precedent_viewer.safe_write import replace_file
from precedent_viewer.view import View
from precedent_viewer.volume.reslice import RESLICED

FILE = "annotations.sqlite"
TOOLS: tuple[tuple[Kind, str, str | None, str], ...] = (
    ("length", "Length", "D", "Drag from end to end."),
    ("angle", "Angle", "Shift+A", "Drag the first leg, then click where the second one ends."),
    ("cobb", "Cobb angle", None, "Drag along one end plate, then along the other."),
    ("ellipse", "Ellipse", "E", "Drag a box around it; Shift makes a circle."),
    ("rectangle", "Rectangle", "Shift+R", "Drag a box; Shift makes a square."),
    ("freehand", "Freehand region", None, "Drag around it."),
    ("polygon", "Polygon", "Shift+P", "Click its corners; click the first one again to close it."),
    ("probe", "Probe", "Shift+V", "Click to keep the value of a pixel."),
    ("arrow", "Arrow", "Shift+W", "Drag from the words to the place."),
    ("text", "Text", "Shift+T", "Click where it is to stand, then write in the panel."),
)
NUDGES: tuple[tuple[str, str, PointPx], ...] = (
    ("left", "Ctrl+Shift+Left", (-1, 0)), ("right", "Ctrl+Shift+Right", (1, 0)),
    ("up", "Ctrl+Shift+Up", (0, -1)), ("down", "Ctrl+Shift+Down", (0, 1)),
)  # fmt: skip


class Measuring:
    """What the commands call."""

    def __init__(self, parts: Parts, book: AnnotationBook) -> None:
        self._parts, self.book = parts, book
        self.layer = AnnotationLayer(book, parts.tasks)
        self.panel = AnnotationsPanel(book, self.layer, self._place_of, parts.shell.theme())
        self.panel.on_jump = self.jump
        self.panel.on_export = self.export
        self.panel.text.returnPressed.connect(lambda: parts.registry.run("panels.focus-image"))
        self._handle = 0
        parts.views.add_layer(lambda _view: self.layer)
        parts.shell.on_theme(self.panel.set_theme)
        for signal in (parts.tree.series_added, parts.tree.series_changed):
            signal.connect(lambda _series: self._load())
        parts.tree.cleared.connect(self._forget)
        book.changed.connect(lambda: parts.registry.refreshed.emit())
        book.selected.connect(lambda _id: parts.registry.refreshed.emit())

    @property
    def study_uid(self) -> str:
        """The study of the active viewport."""
        frame = self._parts.view.frame
        return "" if frame is None else frame.instance.study_uid

    def new_in_the_middle(self, kind: Kind) -> None:
        """Draw a kind in the middle of the active image, for hands without a pointer."""
        frame, size = self._parts.view.shown_frame, self._parts.view.image_size
        if frame is None or size is None:
            return
        rows, columns = size
        made = Annotation(
            kind, _middle_points(kind, rows, columns), image_key(frame),
            frame.instance.series_uid, frame.instance.study_uid,
        )  # fmt: skip
        self.book.put(made)
        self.book.select(made.id)
        if kind in ("arrow", "text"):
            self.ask_for_words()
        self._handle = len(made.points) - 1

    def drawn(self, annotation: Annotation) -> None:
        """See to it that what was drawn is seen, and ask for its words."""
        if not self._parts.settings.current.show_layers:
            self._parts.settings.update(show_layers=True)
        if annotation.kind in ("arrow", "text"):
            self.ask_for_words()

    def undo(self) -> None:
        """Take back a step in this study, and say which one."""
        self._say("Taken back", self.book.undo(self.study_uid))

    def redo(self) -> None:
        """Make a step again, and say which one."""
        self._say("Done again", self.book.redo(self.study_uid))

    def _say(self, what: str, annotation: Annotation | None) -> None:
        if annotation is not None:
            place = self._place_of(annotation)
            where = f" on {place.words}" if place is not None else ""
            self._parts.shell.notify(f"{what}: {annotation.kind}{where}.")

    def ask_for_words(self) -> None:
        """Let the reader write beside what was drawn; Return leads back to the image."""
        self._parts.shell.show_panel("annotations")
        self.panel.text.setFocus()

    def next_handle(self) -> None:
        """Let the arrow keys move another point of the chosen annotation."""
        chosen = self.book.selection
        if chosen is not None:
            self._handle = (self._handle + 1) % len(chosen.points)
            x, y = chosen.points[self._handle]
            self._parts.shell.notify(f"Point {self._handle + 1} at {x:.1f}, {y:.1f}")

    def nudge(self, across: float, down: float) -> None:
        """Move a point of the chosen annotation by one pixel."""
        chosen = self.book.selection
        if chosen is not None:
            at = min(self._handle, len(chosen.points) - 1)
            x, y = chosen.points[at]
            self.book.put(chosen.with_point(at, (x + across, y + down)))

    def jump(self, annotation: Annotation) -> None:
        """Show the image that an annotation is drawn on."""
        for study in self._parts.tree.studies:
            for series in study.series:
                index = image_of(series, annotation)
                if index is not None:
                    self._parts.view.show_series(series)
                    self._parts.view.go_to(index)
                    return
        for view in self._parts.views.on_screen:
            index = None if view.series is None else image_of(view.series, annotation)
            if index is not None:
                view.go_to(index)
                return
        self._parts.shell.notify(
            "It was drawn on a reformat that is not on the screen.",
            "It comes back when the same planes, as thick as then, are shown again.",
        )

    def export(self) -> None:
        """Ask where to, and write every annotation of what is open as a table."""
        dialog = QFileDialog(
            self._parts.window, "Save annotations as a table", "annotations.csv", "Tables (*.csv)"
        )
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.fileSelected.connect(lambda name: self.write_table(Path(name)))
        self._parts.shell.show_dialog(dialog)

    def write_table(self, path: Path) -> None:
        """Write the table."""
        try:
            replace_file(path, self.panel.table().encode("utf-8-sig"))
        except OSError as error:
            self._parts.shell.notify(
                f"The table cannot be written to {path.name} ({error.strerror}).",
                "Choose another place.", "error",
            )  # fmt: skip

    def _place_of(self, annotation: Annotation) -> Place | None:
        """Say where an annotation lies; of several files that claim to be it, the one in view."""
        view, studies = self._parts.view, self._parts.tree.studies
        shown = () if view.series is None else (view.series,)
        for series in (*shown, *(one for study in studies for one in study.series)):
            index = image_of(series, annotation)
            if index is not None:
                frame = series.frames[index]
                if view.frame is not None and image_key(view.frame) == annotation.image:
                    frame = view.frame
                return Place(f"{series.title}, image {index + 1}", frame)
        is_reformat = annotation.image.sop_instance_uid.startswith(RESLICED)
        is_open = annotation.study_uid in {study.uid for study in studies}
        return Place("a reformat", None) if is_reformat and is_open else None

    def _forget(self) -> None:
        self.book.select(None)
        self.panel.refresh()

    def _load(self) -> None:
        uids = [
            instance.sop_instance_uid
            for study in self._parts.tree.studies
            for series in study.series
            for instance in series.instances
        ]
        try:
            self.book.load(uids)
        except AnnotationStoreError as error:
            self._parts.shell.notify(error.message, error.hint, "error")
        self.panel.refresh()


def attach(parts: Parts) -> None:
    """Add measuring to the window; without its file nothing is drawn that would be lost."""
    try:
        store = AnnotationStore(parts.data_folder / FILE)
    except ViewerError as error:
        parts.shell.notify(error.message, error.hint, "error")
        return
    book = AnnotationBook(store)
    room = Measuring(parts, book)
    for kind in KINDS:
        parts.shell.add_tool(kind, partial(_tool, kind, room))
    parts.shell.add_panel(
        room.panel,
        title="Annotations",
        object_name="annotations",
        shortcut="F9",
        area="right",
        visible=False,
    )
    parts.registry.add(*_commands(parts, room))
    parts.shell.on_closing(store.close)


def _tool(kind: Kind, room: Measuring, view: View) -> DrawTool:
    tool = DrawTool(kind, view, room.book, room.layer)
    tool.on_drawn = room.drawn
    return tool


def _commands(parts: Parts, room: Measuring) -> tuple[Command, ...]:
    book, has = room.book, parts.view.has_image

    def has_chosen() -> bool:
        """Only what is seen is moved or deleted by a key."""
        chosen = book.selection
        shown = (view.shown_frame for view in parts.views.on_screen)
        return chosen is not None and any(
            frame is not None and image_key(frame) == chosen.image for frame in shown
        )

    return (
        *(
            choose_command(parts.tools, kind, title, key, "ruler", doc, menu="Measure")
            for kind, title, key, doc in TOOLS
        ),
        *(
            Command(f"measure.new-{kind}", f"New {title.lower()} in the middle",
                    partial(room.new_in_the_middle, kind), "Measure/New in the middle", None, has,
                    None, "Draw it in the middle of the image, to be moved by the arrow keys.",
                    group=1)
            for kind, title, _, _ in TOOLS
        ),
        Command("measure.next-point", "Next point", room.next_handle, "Measure", "Ctrl+Shift+.",
                has_chosen, None, "Let the arrow keys move another point.", group=1),
        *(
            Command(f"measure.nudge-{way}", f"Move the point {way}", partial(room.nudge, *by),
                    "Measure/Move the point", key, has_chosen, None,
                    f"Move the chosen point one pixel {way}.", group=1)
            for way, key, by in NUDGES
        ),
        Command("measure.undo", "Undo drawing", room.undo, "Measure",
                "Ctrl+Z", lambda: book.can_undo(room.study_uid), "undo",
                "Take back the last thing drawn, moved or deleted in this study.", group=2),
        Command("measure.redo", "Redo drawing", room.redo, "Measure",
                "Ctrl+Y", lambda: book.can_redo(room.study_uid), "redo",
                "Do again what was taken back.", group=2),
        Command("measure.remove", "Delete the chosen one", room.panel.remove_chosen, "Measure",
                "Backspace", has_chosen, "trash", "Delete the chosen annotation.", group=2),
        Command("measure.export", "Save as table…", room.export, "Measure", None, has, "export",
                "Write every annotation of what is open with its receipt.", group=3),
    )  # fmt: skip


def _middle_points(kind: Kind, rows: int, columns: int) -> tuple[PointPx, ...]:
    """Give a figure a quarter of the image wide in its middle."""
    x, y, half = columns / 2, rows / 2, max(min(rows, columns) / 8, 1.0)
    corners = ((x - half, y - half), (x + half, y - half), (x + half, y + half),
               (x - half, y + half))  # fmt: skip
    count = POINTS[kind]
    if count == 1:
        return ((x, y),)
    if kind in ("length", "arrow"):
        return ((x - half, y), (x + half, y))
    if count == 2:
        return (corners[0], corners[2])
    return corners if count is None else corners[:count]


def image_of(series: Series, annotation: Annotation) -> int | None:
    """Give the place of the image that an annotation is drawn on, None when it is not there."""
    wanted = annotation.image.sop_instance_uid
    if all(one.sop_instance_uid != wanted for one in series.instances):
        return None
    for index, frame in enumerate(series.frames):
        if image_key(frame) == annotation.image:
            return index
    return None
