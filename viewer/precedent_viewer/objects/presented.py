"""A series as a presentation state wants it seen: other grey levels, shutters, graphics. No Qt."""

from dataclasses import dataclass, replace

from precedent_viewer.dicom.frames import FramePixels, read_frame
from precedent_viewer.kept_contents import KeptContents
from precedent_viewer.layers import NOTHING, Layer, LayerContent
from precedent_viewer.model.study import Frame, Instance, Series
from precedent_viewer.objects.annotations import Corner, marks_of
from precedent_viewer.objects.presentation import DisplayedArea, Presentation
from precedent_viewer.objects.scope import ImageFrame
from precedent_viewer.objects.shutters import shutter_of
from precedent_viewer.view import View


@dataclass(frozen=True, slots=True, eq=False)
class PresentedReader:
    """Reads the frames of one instance and gives them the presentation's grey levels."""

    instance: Instance
    presentation: Presentation

    def read(self, index: int) -> FramePixels:
        """Give one frame; called on a worker. Raises a ViewerError."""
        pixels = read_frame(Frame(self.instance, index))
        return self.presentation.applied(pixels, self.image(index))

    def image(self, index: int) -> ImageFrame:
        """Give a frame as presentation states name it."""
        return ImageFrame(self.instance.sop_instance_uid, index + 1)


def presented_series(series: Series, presentation: Presentation) -> Series:
    """Give a series whose images are seen through a presentation; others in it stay as they are."""
    instances = [_presented(one, presentation) for one in series.instances]
    made = Series.of(instances[0])
    made.uid, made.part = series.uid, series.part
    for instance in instances[1:]:
        made.add(instance)
    return made


def plain_series(series: Series) -> Series:
    """Give a presented series as its files have it."""
    instances = [
        one.reader.instance if isinstance(one.reader, PresentedReader) else one
        for one in series.instances
    ]
    made = Series.of(instances[0])
    made.uid, made.part = series.uid, series.part
    for instance in instances[1:]:
        made.add(instance)
    return made


def presentation_on(frame: Frame | None) -> Presentation | None:
    """Give the presentation through which a frame is seen."""
    reader = None if frame is None else frame.instance.reader
    return reader.presentation if isinstance(reader, PresentedReader) else None


def _presented(instance: Instance, presentation: Presentation) -> Instance:
    if instance.sop_instance_uid not in presentation.about.frames:
        return instance
    original = (
        instance.reader.instance if isinstance(instance.reader, PresentedReader) else instance
    )
    return replace(original, reader=PresentedReader(original, presentation))


class PresentationLayer(Layer):
    """Shutter and graphics of whatever presentation a frame is seen through."""

    name = "Presentation state"

    def __init__(self) -> None:
        self._made = KeptContents[Frame]()

    def content(self, view: View) -> LayerContent:
        """Give what lies over a viewport's painted frame."""
        frame, size = view.shown_frame, view.image_size
        if frame is None or size is None or presentation_on(frame) is None:
            return NOTHING
        known = self._made.get(frame)
        return known or self._made.keep(frame, presentation_content(frame, size))


def presentation_content(frame: Frame, size: tuple[int, int]) -> LayerContent:
    """Give what a presentation draws over a frame of so many rows and columns."""
    reader = frame.instance.reader
    if not isinstance(reader, PresentedReader):
        return NOTHING
    presentation, image = reader.presentation, reader.image(frame.index)
    if not presentation.about.covers(image):
        return NOTHING
    area = presentation.area(image) or DisplayedArea(presentation.about, 0, 0, size[1], size[0])
    shutter = None
    if presentation.shutter is not None:
        aspect = frame.instance.aspect
        shutter = shutter_of(presentation.shutter, presentation.bitmaps, size, aspect)
    return LayerContent(
        marks=marks_of(
            presentation.annotations, image, lambda at: _from_display(at, area, presentation)
        ),
        shutter=shutter,
    )


def _from_display(at: Corner, area: DisplayedArea, presentation: Presentation) -> Corner:
    """Map shares of the displayed area as it is seen to image points: back through flip and turn.

    Source: PS3.3 C.10.5.1.1: (0, 0) is the seen area's top left corner, (1, 1) its bottom right.
    """
    x, y = at
    if presentation.is_flipped:
        x = 1 - x
    for _ in range(presentation.quarters):
        # A clockwise quarter turn brings (u, v) to (1 - v, u); this is the way back.
        x, y = y, 1 - x
    return (area.left + x * (area.right - area.left), area.top + y * (area.bottom - area.top))
