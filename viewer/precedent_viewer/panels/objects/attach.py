"""Documents in the window: the panel, the overlays, presentation states on images."""

from collections.abc import Callable
from typing import Any

from precedent_resources import PrecedentError
from precedent_viewer.commands import Command
from precedent_viewer.dicom.documents import kind_words
from precedent_viewer.errors import UnsupportedError
from precedent_viewer.memory import MemoryCapError
from precedent_viewer.model.document import Document, DocumentKind, Reference
from precedent_viewer.objects.finding import find_any, find_around, find_reference
from precedent_viewer.objects.key_objects import KeyObjects, read_key_objects
from precedent_viewer.objects.overlays import (
    Overlay,
    OverlayLayer,
    OverlayLook,
    first_look,
)
from precedent_viewer.objects.pdf import EncapsulatedPdf, read_pdf
from precedent_viewer.objects.plane_layer import OverlayPlaneLayer
from precedent_viewer.objects.presentation import Presentation, read_presentation
from precedent_viewer.objects.presented import (
    PresentationLayer,
    plain_series,
    presentation_on,
    presented_series,
)
from precedent_viewer.objects.report import Report, read_report
from precedent_viewer.objects.report_shapes import drawn_shapes
from precedent_viewer.objects.segmentation import Segmentation, read_segmentation
from precedent_viewer.objects.structures import Structures, read_structures
from precedent_viewer.objects.value_grid import ValueGrid, read_value_grid
from precedent_viewer.objects.waveform import Waveform, read_waveform
from precedent_viewer.panels.objects.panel import ObjectsPanel
from precedent_viewer.parts import Parts
from precedent_viewer.tasks import TaskHandle

READERS: dict[DocumentKind, Callable[[Any], object]] = {
    "sr": read_report,
    "key-objects": read_key_objects,
    "presentation": read_presentation,
    "segmentation": read_segmentation,
    "structures": read_structures,
    "dose": read_value_grid,
    "map": read_value_grid,
    "pdf": read_pdf,
    "waveform": read_waveform,
}
SHOW, HIDE = "Show on the images", "Hide from the images"
APPLY, TAKE_BACK = "See the images through it", "See the images as they are"


class Documents:
    """Reads the chosen document on a worker and shows it as what it is."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._memory = parts.loader.memory
        self.layer = OverlayLayer(parts.tasks)
        self.panel = ObjectsPanel(parts.tree, self.jump, parts.shell.theme())
        self.panel.on_choose = self.open
        self.panel.on_switch = self.switch
        self.panel.legend.on_look = self._look
        self._overlay: Overlay | None = None
        self._presentation: Presentation | None = None
        self._reading: TaskHandle | None = None
        presented, self.planes = PresentationLayer(), OverlayPlaneLayer()
        parts.views.add_layer(lambda _view: self.planes)
        parts.views.add_layer(lambda _view: presented)
        parts.views.add_layer(lambda _view: self.layer)
        parts.shell.on_theme(self.panel.set_theme)
        parts.tree.cleared.connect(self.clear)

    def open(self, document: Document | None) -> None:
        """Read a document and show it."""
        if self._reading is not None:
            self._reading.cancel()
        self._overlay = self._presentation = None
        if document is None:
            return
        reader = READERS.get(document.kind)
        if reader is None:
            self.panel.show_message(f"{document.title}: there is nothing of it that can be shown.")
            return
        self.panel.show_message("Reading…")
        self._reading = self._parts.tasks.run(
            reader, document.path,
            on_result=lambda found: self._show(document, found), on_error=self._fail,
        )  # fmt: skip

    def jump(self, reference: Reference) -> None:
        """Show an image that a document names."""
        found = find_reference(self._parts.tree, reference)
        if found is None:
            error = UnsupportedError("The image that is named is not open.", "Open its study.")
            self._parts.shell.notify(error.message, error.hint, "warning")
            return
        series, index = found
        self._parts.view.show_series(series)
        self._parts.view.go_to(index)

    def switch(self, document: Document) -> None:
        """Lay an overlay over the images or take it away; apply a presentation or take it back."""
        if self._overlay is not None:
            self._switch_overlay(self._overlay, document)
        elif self._presentation is not None:
            self._switch_presentation(self._presentation, document)

    # Showing

    def _show(self, document: Document, found: object) -> None:
        panel = self.panel
        if isinstance(found, Report):
            panel.content.show_report(found)
            panel.stack.setCurrentWidget(panel.content)
            shapes = drawn_shapes(found.root)
            if shapes:
                self._overlay = Overlay(document.path, document.study_uid, shapes)
        elif isinstance(found, KeyObjects):
            panel.content.show_key_objects(found)
            panel.stack.setCurrentWidget(panel.content)
        elif isinstance(found, Presentation):
            self._presentation = found
            panel.content.show_facts(found.facts)
            panel.stack.setCurrentWidget(panel.content)
        elif isinstance(found, EncapsulatedPdf):
            problem = panel.pages.show_pdf(found.content)
            panel.stack.setCurrentWidget(panel.pages)
            if problem is not None:
                panel.show_message(problem)
        elif isinstance(found, Waveform):
            panel.traces.show_waveform(found)
            panel.stack.setCurrentWidget(panel.traces)
        elif isinstance(found, Segmentation | Structures | ValueGrid):
            self._overlay = Overlay(document.path, document.study_uid, found)
            panel.legend.show_source(found, self.layer.look(document.path) or first_look(found))
            panel.stack.setCurrentWidget(panel.legend)
        self._show_switch(document)

    def _show_switch(self, document: Document) -> None:
        if self._overlay is not None:
            is_on = self.layer.look(document.path) is not None
            self.panel.show_switch(HIDE if is_on else SHOW)
        elif self._presentation is not None:
            is_on = presentation_on(self._parts.view.frame) is self._presentation
            self.panel.show_switch(TAKE_BACK if is_on else APPLY)
        else:
            self.panel.show_switch("")

    def _switch_overlay(self, overlay: Overlay, document: Document) -> None:
        if self.layer.look(overlay.path) is not None:
            self._hide(overlay)
        else:
            self._lay(overlay)
            self._go_to_its_images(document)
        self._show_switch(document)

    def _lay(self, overlay: Overlay) -> None:
        """Lay an overlay over the images, if what it holds fits into memory."""
        if isinstance(overlay.source, ValueGrid):
            try:
                self._memory.claim(claim_of(overlay), overlay.source.values.nbytes)
            except MemoryCapError as error:
                self._fail_softly(error)
                return
        self.layer.show(overlay, first_look(overlay.source))

    def _hide(self, overlay: Overlay) -> None:
        self.layer.hide(overlay.path)
        self._memory.release(claim_of(overlay))

    def clear(self) -> None:
        """Take every overlay away."""
        for overlay in self.layer.shown:
            self._hide(overlay)
        self.layer.clear()
        document = self.panel.chosen
        if document is not None:
            self._show_switch(document)

    def _switch_presentation(self, presentation: Presentation, document: Document) -> None:
        view = self._parts.view
        if presentation_on(view.frame) is presentation and view.series is not None:
            view.current.swap_series(plain_series(view.series), view.index)
        else:
            self._go_to_its_images(document)
            series = view.series
            named = presentation.about.frames
            if series is None or not any(one.sop_instance_uid in named for one in series.instances):
                error = UnsupportedError(
                    "None of the images that the presentation state is about is open.",
                    "Open their series as well.",
                )
                self._fail_softly(error)
                return
            view.current.swap_series(presented_series(series, presentation), view.index)
        self._show_switch(document)

    def _go_to_its_images(self, document: Document) -> None:
        frame = self._parts.view.frame
        named = {one.sop_instance_uid for one in document.references}
        if frame is not None and frame.instance.sop_instance_uid in named:
            return
        tree = self._parts.tree
        found = find_any(tree, document.references) or find_around(tree, document.path, frame)
        if found is not None:
            self._parts.view.show_series(found[0])
            self._parts.view.go_to(found[1])

    def _look(self, look: OverlayLook) -> None:
        if self._overlay is not None and self.layer.look(self._overlay.path) is not None:
            self.layer.show(self._overlay, look)

    def _fail(self, error: PrecedentError) -> None:
        self.panel.show_message(f"{error.message} {error.hint or ''}".strip())

    def _fail_softly(self, error: PrecedentError) -> None:
        self._parts.shell.notify(error.message, error.hint, "warning")


def claim_of(overlay: Overlay) -> str:
    """Give the name under which an overlay's values count as memory."""
    return f"The overlay {overlay.path.name}"


def attach(parts: Parts) -> None:
    """Add documents to the window."""
    room = Documents(parts)
    parts.shell.add_panel(
        room.panel,
        title="Documents",
        object_name="documents",
        area="right",
        shortcut="F8",
        visible=False,
    )

    def tell(document: Document) -> None:
        parts.shell.notify(f"{kind_words(document)} found: the Documents panel shows it.")

    parts.tree.document_added.connect(tell)
    parts.registry.add(
        Command("view.overlay-planes", "Overlay planes of the file",
                lambda: room.planes.set_on(not room.planes.is_on), "View", None, None, "eye",
                "Graphics that the file itself lays over its image.",
                checked=lambda: room.planes.is_on, group=3),
        Command("documents.hide-overlays", "Take all overlays away", room.clear, "View",
                None, None, "eye-off", "Hide segmentations, structures, doses and maps.", group=3),
    )  # fmt: skip
