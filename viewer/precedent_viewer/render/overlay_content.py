"""Put together what is written over the image from the state of the view."""

from collections.abc import Sequence

from precedent_viewer.builtin.window import number_text, window_text
from precedent_viewer.errors import one_line
from precedent_viewer.model.study import Frame
from precedent_viewer.render.overlay import OverlayContent, scale_bar_of
from precedent_viewer.snapshot import letters_of, place_of
from precedent_viewer.view import View

SMALL_PX = 300
"""A viewport narrower than this shows the patient and the image's number alone."""


def overlay_of(view: View, width_px: float, *, show_patient: bool) -> OverlayContent:
    """Say what is drawn over the frame that is painted, or over the wanted one if none is."""
    frame = view.shown_frame or view.frame
    if frame is None:
        return OverlayContent()
    pixels, region = view.pixels, view.region
    corners = () if region is None or pixels is None else region.corners
    is_small = width_px < SMALL_PX
    banner = patient_lines(frame) if show_patient else ()
    about = series_lines(frame)
    spacing = None if pixels is None else spacing_mm(view, frame)
    return OverlayContent(
        top_left=banner[:1] if is_small else banner,
        top_right=() if is_small and banner else about,
        bottom_left=(short_place(view, frame),) if is_small else place_lines(view, frame),
        letters=letters_of(view, frame) if pixels is not None else None,
        scale_bar=scale_bar_of(spacing / view.place.scale, width_px) if spacing else None,
        progress=progress_of(view, frame),
        notes=() if pixels is None else (*pixels.notes, *layer_notes(view)),
        marks=fidelity_marks(view, frame),
        region=tuple(view.place.to_screen(x, y) for x, y in corners),
        is_small=is_small,
    )


def progress_of(view: View, frame: Frame) -> tuple[int, int] | None:
    """Give the image's place in its stack, from 0, and the stack's length; None for one image."""
    length = view.phase_length
    return ((place_of(view, frame) - 1) % length, length) if length > 1 else None


def layer_notes(view: View) -> tuple[str, ...]:
    """Give what the layers have to say on the image."""
    return tuple(note for content in view.layers.contents(view) for note in content.notes)


def fidelity_marks(view: View, frame: Frame) -> tuple[str, ...]:
    """Say in a word or two what stands between the reader and the file's own pixels."""
    marks = []
    if frame.instance.lossy:
        marks.append(frame.instance.lossy.capitalize())
    if view.skipped.count:
        images = "1 image" if view.skipped.count == 1 else f"{view.skipped.count} images"
        marks.append(f"{images} passed unseen")
    if view.series is not None and (gap := view.series.gap_at(place_of(view, frame) - 1)):
        marks.append(gap)
    return tuple(marks)


def short_place(view: View, frame: Frame) -> str:
    """Give the image's number for a viewport that has no room for more."""
    return f"{place_of(view, frame)}/{view.frame_count}"


def patient_lines(frame: Frame) -> tuple[str, ...]:
    """Give the patient banner: name, number, birth date and sex."""
    said = frame.instance.description
    facts = (date_text(said.patient_birth_date), said.patient_sex)
    born = " · ".join(part for part in facts if part)
    return tuple(line for line in (said.patient_name, said.patient_id, born) if line)


def series_lines(frame: Frame) -> tuple[str, ...]:
    """Give study, date and series; for a picture its folder and its own name."""
    said = frame.instance.description
    if frame.instance.kind == "picture":
        return (said.study_description, one_line(frame.instance.path.name))
    series = said.series_description
    if said.series_number is not None:
        series = f"{said.series_number}: {series}" if series else f"Series {said.series_number}"
    lines = (said.study_description, date_text(said.study_date), series, said.body_part.title())
    return tuple(line for line in lines if line)


def place_lines(view: View, frame: Frame) -> tuple[str, ...]:
    """Give the image's number, its place in the patient, its window and the zoom."""
    place, length = place_of(view, frame), max(view.phase_length, 1)
    lines = [f"Image {(place - 1) % length + 1} of {length}"]
    wanted = view.index + 1
    if view.pixels is not None and wanted != place:
        lines[0] += f", loading {(wanted - 1) % length + 1}…"
    if view.phases:
        phase = min((place - 1) // length, len(view.phases) - 1)
        lines.append(phase_text(view.phases, phase))
    location = location_text(frame)
    if location:
        lines.append(location)
    window = view.grey.shown_window
    if window is not None:
        name = f"{window.name}  " if window.name else ""
        lines.append(
            name + window_text(window) + ("  inverted" if view.grey.choice.inverted else "")
        )
    elif view.grey.choice.inverted:
        lines.append("Inverted")
    return tuple(lines)


def phase_text(names: Sequence[str], at: int) -> str:
    """Name a phase and say which of how many it is: "Phase 2 of 4, 12 s", "b 1000 · 3 of 3"."""
    name, count = names[at], len(names)
    number = f"Phase {at + 1}"
    if name == number or name.startswith(f"{number},"):
        return f"{number} of {count}{name.removeprefix(number)}"
    return f"{name} · {at + 1} of {count}"


def location_text(frame: Frame) -> str:
    """Say where the slice lies: its distance along its normal, in mm from the patient's origin."""
    plane = frame.plane
    if plane is None:
        return ""
    depth = sum(p * n for p, n in zip(plane.position, plane.normal, strict=True))
    return f"Position {number_text(round(depth, 1))} mm"


def spacing_mm(view: View, frame: Frame) -> float | None:
    """Give the length of a pixel along the screen's width, None where it is not known.

    A spacing measured at the detector is no length in the patient, so it gives no scale bar.
    """
    plane, instance = frame.plane, frame.instance
    spacing = plane.pixel_spacing_mm if plane is not None else None
    spacing = spacing or instance.pixel_spacing_mm
    if spacing is None or instance.is_spacing_at_detector:
        return None
    # The screen's scale is told per column, and rows are drawn `aspect` times as high, so a
    # length on the screen means the same in both directions when the aspect is the spacings'.
    return spacing[1]


def date_text(text: str) -> str:
    """Write YYYYMMDD as YYYY-MM-DD; anything else stays."""
    is_date = len(text) == 8 and text.isdigit()
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if is_date else text
