"""RT dose and parametric maps: values in space that are laid over images in colour.

Sources: PS3.3 C.8.8.3 (RT Dose), A.75 (Parametric Map).
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import contourpy
import numpy as np
from numpy.typing import NDArray

from precedent_viewer.dicom.frames import modality_values, read_frame
from precedent_viewer.dicom.functional_groups import functional_groups
from precedent_viewer.dicom.index import read_instance
from precedent_viewer.dicom.opened import open_dicom
from precedent_viewer.dicom.real_world import real_world_maps
from precedent_viewer.dicom.values import text
from precedent_viewer.dicom.warned import warnings_collected
from precedent_viewer.errors import DecodeError
from precedent_viewer.layers import Mark
from precedent_viewer.linking.nearest import share_space
from precedent_viewer.model.study import Frame, Instance
from precedent_viewer.objects.planes import PlaneStack, linear_values

Values = NDArray[np.float32]
GRIDS_KEPT = 4


@dataclass(frozen=True, slots=True, eq=False)
class ValueGrid:
    """Values on parallel planes."""

    instance: Instance
    title: str
    facts: tuple[tuple[str, str], ...]
    units: str
    """"Gy", "%" for relative doses, a UCUM code for maps; "" when the file does not say."""
    is_dose: bool
    values: Values
    """(plane, row, column) in the order of `stack`."""
    stack: PlaneStack | None
    """None where the file does not say where its frames lie."""

    @property
    def highest(self) -> float:
        """The largest value."""
        return float(np.nanmax(self.values)) if np.isfinite(self.values).any() else 0.0

    @property
    def lowest(self) -> float:
        """The least value."""
        return float(np.nanmin(self.values)) if np.isfinite(self.values).any() else 0.0


@lru_cache(maxsize=GRIDS_KEPT)
def read_value_grid(path: Path) -> ValueGrid:
    """Read a dose or a parametric map whole; for a worker.

    Raises FileError, UnsupportedError or DecodeError.
    """
    instance = read_instance(path)
    opened = open_dicom(path)
    with warnings_collected():
        dataset = opened.dataset
        said = text(dataset, "DoseUnits")
        groups = functional_groups(dataset)
        maps = real_world_maps(dataset, groups)
        is_dose = instance.modality == "RTDOSE" or bool(said)
        facts = tuple(
            (name, value)
            for name, value in (
                ("Type", text(dataset, "DoseType").capitalize()),
                ("Summation", text(dataset, "DoseSummationType").capitalize()),
                ("Comment", text(dataset, "DoseComment")),
                ("Quantity", maps[0].quantity or maps[0].explanation if maps else ""),
            )
            if value
        )
        title = (
            text(dataset, "DoseComment") or text(dataset, "SeriesDescription")
            or text(dataset, "ContentDescription")
            or text(dataset, "ContentLabel") or ("RT dose" if is_dose else "Parametric map")
        )  # fmt: skip
    frames = [Frame(instance, index) for index in range(instance.number_of_frames)]
    planes = [frame.plane for frame in frames]
    known = [plane for plane in planes if plane is not None]
    stack = PlaneStack(known) if len(known) == len(frames) else None
    if stack is not None and not all(plane.is_parallel_to(known[0]) for plane in known):
        raise DecodeError(f"{path.name}: its frames do not lie parallel, so it is no grid.")
    order = range(len(frames)) if stack is None else [int(at) for at in stack.order]
    slices = []
    for at in order:
        pixels = read_frame(frames[at])
        values = modality_values(pixels)
        if not is_dose and (own := real_world_maps(dataset, groups, at)):
            values = own[0].apply(pixels.stored).astype(np.float32)
        slices.append(values)
    units = {"GY": "Gy", "RELATIVE": "%"}.get(said, said) if is_dose else ""
    if not is_dose and maps:
        units = maps[0].units
    volume = np.stack(slices)
    if said == "RELATIVE":
        volume = volume * np.float32(100)
    return ValueGrid(instance, title, facts, units, is_dose, volume, stack)


def refusal(grid: ValueGrid, frame: Frame) -> str | None:
    """Say why a grid cannot be laid on a frame, None when it can be."""
    if grid.stack is None:
        return f"{grid.title} does not say where it lies in the patient."
    if frame.plane is None or frame.plane.pixel_spacing_mm is None:
        return f"{grid.title} is not shown here: this image does not say where it lies."
    if not share_space(Frame(grid.instance, 0), frame):
        return f"{grid.title} is not shown here: its frame of reference is not that of this image."
    return None


def placed_values(grid: ValueGrid, frame: Frame) -> Values | None:
    """Give the grid's values on a frame's pixels, interpolated; NaN outside. None if refused."""
    plane = frame.plane
    if refusal(grid, frame) is not None or grid.stack is None or plane is None:
        return None
    size = (frame.instance.rows, frame.instance.columns)
    return linear_values(grid.values, grid.stack, plane, size)


def level_lines(values: Values, level: float, colour: str, label: str = "") -> tuple[Mark, ...]:
    """Give the lines along which values on an image's pixels reach a level."""
    if not np.isfinite(values).any() or not np.nanmin(values) < level <= np.nanmax(values):
        return ()
    generator = contourpy.contour_generator(z=np.ma.masked_invalid(values))
    marks = []
    for line in generator.lines(level):
        # Values stand at pixel centres, which are half a pixel from the corner.
        points = tuple((float(x) + 0.5, float(y) + 0.5) for x, y in np.asarray(line))
        is_closed = len(points) > 3 and points[0] == points[-1]
        shown = points[:-1] if is_closed else points
        marks.append(Mark(shown, colour, closed=is_closed, width_px=1.4, label=label))
    return tuple(marks)
