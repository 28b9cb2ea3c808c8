"""Reformats and fusion in the window: commands, the tool, the layer and the panel."""

import math

from precedent_resources import PrecedentError
from precedent_viewer.builtin.tools import choose_command
from precedent_viewer.commands import Command
from precedent_viewer.dicom.opened import open_dicom
from precedent_viewer.errors import ViewerError
from precedent_viewer.model.study import Frame, Series
from precedent_viewer.panels.volume.reformat import ReformatPanel, ReformatWishes
from precedent_viewer.parts import Parts
from precedent_viewer.volume.crosshair import CrosshairTool
from precedent_viewer.volume.fusion import Fused, FusionLook
from precedent_viewer.volume.layer import FusionLayer
from precedent_viewer.volume.making import VolumeMaker, frames_of_phase
from precedent_viewer.volume.mpr import with_thickness
from precedent_viewer.volume.reslice import Slab
from precedent_viewer.volume.showing import ShownPlanes
from precedent_viewer.volume.stack import Volume, VolumeError, require_volume
from precedent_viewer.volume.suv import SuvError, SuvScale, suv_scale

SLAB_STEP_MM = 2.5
TURN_DEGREES = 5.0


class Reformats:
    """What the commands and the panel call."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.maker = VolumeMaker(parts.tasks, parts.loader.memory, parts.loader.decoders)
        self.shown = ShownPlanes(parts.views)
        self.layer = FusionLayer(parts.tasks)
        self.panel = ReformatPanel(
            ReformatWishes(
                self.show_planes, self.straighten, self.shown.end, self.maker.cancel,
                self.set_slab, self.fuse, self.set_look, self.set_colours,
            )
        )  # fmt: skip
        self._fused_series: Series | None = None
        parts.views.add_layer(lambda _view: self.layer)
        parts.shell.add_tool("crosshair", lambda view: CrosshairTool(view, lambda: self.shown.held))
        self.maker.progressed.connect(self._show_progress)
        self.shown.changed.connect(self._refresh)
        for signal in (parts.view.series_changed, parts.view.frame_changed):
            signal.connect(lambda _what: self._refresh())
        parts.tree.series_added.connect(lambda _series: self._refresh())
        parts.tree.cleared.connect(self._forget)

    def can_reformat(self) -> bool:
        """Whether the active series may be a volume; told in full when it is tried."""
        return self._parts.view.frame_count > 2

    def show_planes(self) -> None:
        """Show three planes through the active stack."""
        try:
            frames = frames_of_phase(self._parts.view.current)
            require_volume(frames)
        except VolumeError as error:
            self._fail(error)
            return
        self.maker.of(frames, self._show_volume, self._fail)

    def straighten(self) -> None:
        """Turn the planes back to the patient's axes."""
        if self.shown.planes is not None:
            self.shown.planes.straighten()
            self._refresh()

    def thicken(self, by_mm: float) -> None:
        """Make the slab thicker, or thinner when negative."""
        planes = self.shown.planes
        if planes is not None:
            self.set_slab(with_thickness(planes.slab, planes.slab.thickness_mm + by_mm))
            self.panel.thickness.setValue(planes.slab.thickness_mm)

    def turn(self, degrees: float) -> None:
        """Turn the two other planes about the active one's normal."""
        planes, name = self.shown.planes, self.shown.plane_of(self._parts.view.current)
        if planes is not None and name is not None:
            planes.turn(name, math.radians(degrees))

    def set_slab(self, slab: Slab) -> None:
        """Give the planes a slab."""
        if self.shown.planes is not None:
            self.shown.planes.set_slab(slab)

    def fuse(self, series: Series | None) -> None:
        """Lay a series over the others of its space, or nothing."""
        self._fused_series = series
        if series is None:
            self.layer.show(None)
            self.panel.show_message("")
            return
        frames, phase = self._upper_frames(series)
        title = f"{series.title}, {phase}" if phase else series.title
        try:
            require_volume(frames)
        except VolumeError as error:
            self._fused_series = None
            self._fail(error)
            self._refresh()
            return
        self.maker.of(frames, lambda volume: self._lay_over(title, volume), self._fail)

    def fuse_other(self) -> None:
        """Lay the study's PET series over the active one, or take it away again."""
        if self.layer.fused is not None:
            self.fuse(None)
            self._refresh()
            return
        candidates = self._candidates()
        pet = [one for one in candidates if one.modality in ("PT", "NM")]
        if not candidates:
            self._fail(VolumeError("The study has no other series that could be laid over this."))
            return
        self.fuse((pet or candidates)[0])

    def set_look(self, look: FusionLook) -> None:
        """Colour the upper series in another way."""
        self.layer.set_look(look)

    def set_colours(self, name: str | None) -> None:
        """Show the active grey image in colours, or in grey."""
        self._parts.view.grey.set_colours(name)

    def _show_volume(self, volume: Volume) -> None:
        self.shown.show(volume)
        if self.shown.planes is not None:
            self.shown.planes.changed.connect(lambda _name: self._refresh())
        self._parts.tools.choose("crosshair")
        self.panel.show_message(" ".join(volume.notes))

    def _upper_frames(self, series: Series) -> tuple[tuple[Frame, ...], str]:
        """Give the phase of a series that a viewport shows, else the first, and its name."""
        if not series.phases:
            return series.frames, ""
        shown = [one for one in self._parts.views.on_screen if one.series is series]
        if shown:
            return frames_of_phase(shown[0]), series.phases[shown[0].phase]
        return series.frames[: len(series.frames) // len(series.phases)], series.phases[0]

    def _lay_over(self, title: str, volume: Volume) -> None:
        scale, words = _suv(volume)
        self.layer.show(Fused(volume, scale, title))
        if scale is None:
            low, high = float(volume.values.min()), float(volume.values.max())
            slope, intercept = volume.rescale.slope, volume.rescale.intercept
            look = FusionLook(low=low * slope + intercept, high=high * slope + intercept)
        else:
            look = FusionLook()
        self.layer.set_look(look)
        fused = self.layer.fused
        self.panel.show_look(look, "" if fused is None else fused.units)
        self.panel.show_message(words)
        self._refresh()

    def _candidates(self) -> list[Series]:
        active = self._parts.view.series
        study = "" if active is None else active.frames[0].instance.study_uid
        return [
            series
            for one in self._parts.tree.studies
            for series in one.series
            if one.uid == study and len(series.frames) > 2 and not _is_same(series, active)
        ]

    def _refresh(self) -> None:
        planes = self.shown.planes
        self.panel.show_planes(
            is_on=planes is not None, is_oblique=planes is not None and planes.is_oblique
        )
        if not self.panel.over.view().isVisible():  # type: ignore[union-attr]
            self.panel.show_series(self._candidates(), self._fused_series)

    def _show_progress(self, share: float | None) -> None:
        self.panel.show_progress(share)
        words = "" if share is None else f"Making the volume, {100 * share:.0f} %"
        self._parts.shell.notify(words)

    def _fail(self, error: PrecedentError) -> None:
        self.panel.show_message(f"{error.message} {error.hint or ''}".strip())
        self._parts.shell.notify(error.message, error.hint, "warning")

    def _forget(self) -> None:
        self.shown.end()
        self.layer.show(None)
        self.maker.forget()
        self._fused_series = None
        self._refresh()


def attach(parts: Parts) -> None:
    """Add reformats and fusion to the window."""
    room = Reformats(parts)
    parts.shell.add_panel(
        room.panel, title="Reformat", object_name="reformat", area="right", visible=False
    )
    has_planes = lambda: room.shown.planes is not None  # noqa: E731
    parts.registry.add(
        Command("volume.show-planes", "Three planes (MPR)", room.show_planes, "Layout",
                "Ctrl+M", room.can_reformat, "layout",
                "Show axial, coronal and sagittal planes of the active stack; turn them by the "
                "ends of their lines.", group=5),
        Command("volume.straighten", "Straighten the planes", room.straighten, "Layout", None,
                has_planes, None, "Turn the planes back to the patient's axes.", group=5),
        Command("volume.turn-right", "Turn the other planes right", lambda: room.turn(TURN_DEGREES),
                "Layout", "Ctrl+Alt+Right", has_planes, None,
                "Turn the two other planes five degrees clockwise on the active one.", group=5),
        Command("volume.turn-left", "Turn the other planes left", lambda: room.turn(-TURN_DEGREES),
                "Layout", "Ctrl+Alt+Left", has_planes, None,
                "Turn the two other planes five degrees against the clock.", group=5),
        Command("volume.thicker", "Thicker slab", lambda: room.thicken(SLAB_STEP_MM), "Layout",
                "Ctrl+Alt+Up", has_planes, None, "Take the value through 2.5 mm more.", group=5),
        Command("volume.thinner", "Thinner slab", lambda: room.thicken(-SLAB_STEP_MM), "Layout",
                "Ctrl+Alt+Down", has_planes, None, "Take the value through 2.5 mm less.", group=5),
        Command("volume.leave", "Leave the planes", room.shown.end, "Layout", None, has_planes,
                None, "Let the viewports go their own ways again.", group=5),
        Command("volume.fuse", "Lay PET over CT", room.fuse_other, "Layout", "Ctrl+U",
                room.can_reformat, None,
                "Lay the PET, or another series of the study, over the images in colour.",
                checked=lambda: room.layer.fused is not None, group=6),
        choose_command(parts.tools, "crosshair", "Reformat crosshair", "Shift+C", "target",
                       "Move the point in which the planes meet; turn them by their lines' ends."),
    )  # fmt: skip
    parts.shell.on_closing(room.maker.cancel)


def _suv(volume: Volume) -> tuple[SuvScale | None, str]:
    """Give the scale to SUV of a PET volume, and how it came about or why there is none."""
    instance = volume.first.instance
    if instance.modality != "PT" or instance.kind != "dicom":
        return None, ""
    try:
        scale = suv_scale(open_dicom(instance.path).dataset)
    except SuvError as error:
        return None, str(error)
    except ViewerError as error:
        return None, str(error)
    return scale, scale.chain


def _is_same(series: Series, active: Series | None) -> bool:
    return active is not None and series.uid == active.uid
