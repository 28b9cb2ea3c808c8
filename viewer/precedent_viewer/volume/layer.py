"""The fused volume as a layer over every viewport of its space. No Qt."""

from precedent_resources import PrecedentError
from precedent_viewer.kept_contents import KeptContents
from precedent_viewer.layers import NOTHING, Layer, LayerContent
from precedent_viewer.model.study import Frame
from precedent_viewer.tasks import TaskRunner
from precedent_viewer.view import View
from precedent_viewer.volume.fusion import Fused, FusionLook, fusion_content

ON_COLOUR = LayerContent(notes=("Fusion lies over grey images alone.",))
Key = tuple[Frame, FusionLook]


class FusionLayer(Layer):
    """Colours each image on a worker; until it is there the one before it is not shown either."""

    name = "Fusion"

    def __init__(self, tasks: TaskRunner) -> None:
        self._tasks = tasks
        self._fused: Fused | None = None
        self._look = FusionLook()
        self._made = KeptContents[Key]()
        self._asked: set[Key] = set()

    @property
    def fused(self) -> Fused | None:
        """What is laid over the images."""
        return self._fused

    @property
    def look(self) -> FusionLook:
        """How it is coloured."""
        return self._look

    def show(self, fused: Fused | None) -> None:
        """Lay another volume over the images, or none."""
        self._fused = fused
        self._forget()

    def set_look(self, look: FusionLook) -> None:
        """Colour it in another way."""
        if look != self._look:
            self._look = look
            self._forget()

    def content(self, view: View) -> LayerContent:
        """Give what lies over a viewport's painted frame, or ask for it."""
        frame, fused = view.shown_frame, self._fused
        if frame is None or fused is None or view.pixels is None:
            return NOTHING
        if frame.instance.study_uid != fused.volume.first.instance.study_uid:
            return NOTHING
        if frame.instance.series_uid == fused.volume.first.instance.series_uid:
            return NOTHING
        if view.pixels.is_colour:
            return ON_COLOUR
        key = (frame, self._look)
        known = self._made.get(key)
        if known is not None:
            return known
        if key not in self._asked:
            self._ask(key, fused)
        return NOTHING

    def _ask(self, key: Key, fused: Fused) -> None:
        self._asked.add(key)
        frame, look = key

        def take(content: LayerContent) -> None:
            self._asked.discard(key)
            if fused is self._fused and look == self._look:
                self._made.keep(key, content)
                self.changed.emit()

        def fail(error: PrecedentError) -> None:
            take(LayerContent(notes=(error.message,)))

        self._tasks.run(fusion_content, frame, fused, look, on_result=take, on_error=fail)

    def _forget(self) -> None:
        self._made.clear()
        self._asked.clear()
        self.changed.emit()
