"""What a measurement says, with the receipt by which it can be checked. No Qt."""

import hashlib
import math
from dataclasses import dataclass

from precedent_viewer.dicom.frames import FramePixels
from precedent_viewer.measuring.annotations import Annotation
from precedent_viewer.measuring.calibration import Calibration, calibration_of
from precedent_viewer.measuring.geometry import (
    angle_of,
    area_of,
    cobb_of,
    crosses_itself,
    length_of,
    perimeter_of,
)
from precedent_viewer.measuring.masks import RULE, Mask, mask_of
from precedent_viewer.measuring.quantity import quantity_of
from precedent_viewer.measuring.scale import Scale, scale_of
from precedent_viewer.measuring.statistics import RegionStatistics, region_statistics
from precedent_viewer.model.study import Frame
from precedent_viewer.values import unit_text, value_at


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """A measurement's numbers in words, and how they came about."""

    lines: tuple[str, ...]
    """The label: the most telling number first."""
    receipt: tuple[str, ...]
    """Sentences: voxels, mask, chain, source."""
    statistics: RegionStatistics | None = None
    unit: str = ""
    """Of the statistics."""


def measure(annotation: Annotation, frame: Frame, pixels: FramePixels) -> Result:
    """Compute what an annotation says about a frame's own stored pixels; for a worker."""
    calibration = calibration_of(frame)
    scale = scale_of(frame, calibration.regions, *annotation.points)
    if annotation.is_area:
        return _of_area(annotation, pixels, scale, calibration)
    if annotation.kind == "probe":
        return _of_probe(annotation, pixels, calibration)
    lines: tuple[str, ...] = ()
    if annotation.kind == "length":
        lines = (_length_text(annotation, scale),)
    elif annotation.kind == "angle":
        lines = (_angle_text(angle_of(annotation, scale), scale),)
    elif annotation.kind == "cobb":
        lines = (f"Cobb {_angle_text(cobb_of(annotation, scale), scale)}",)
    if scale.remark and lines:
        lines = (*lines, scale.remark)
    return Result(lines, (_scale_sentence(scale),) if lines else ())


def number_text(value: float) -> str:
    """Write a number with as many decimals as a reader can use."""
    size = abs(value)
    if 0 < size < 0.1:
        return f"{value:.3g}".replace("-", "\N{MINUS SIGN}")
    digits = 0 if size >= 10_000 else 1 if size >= 10 else 2 if size >= 1 else 3
    return f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}")


def _length_text(annotation: Annotation, scale: Scale) -> str:
    if scale.is_uniform:
        return f"{number_text(length_of(annotation, scale))} {scale.unit}"
    across, down = scale.vector(*annotation.points)
    return f"{number_text(abs(across))} {scale.unit}, {number_text(abs(down))} {scale.unit_down}"


def _angle_text(degrees: float, scale: Scale) -> str:
    if not scale.is_uniform:
        return "no angle in a trace"
    return f"{degrees:.1f}°"


def _of_probe(annotation: Annotation, pixels: FramePixels, calibration: Calibration) -> Result:
    x, y = annotation.points[0]
    column, row = int(x // 1), int(y // 1)
    values = value_at(pixels, column, row)
    if not values:
        return Result(("outside the image",), ())
    if pixels.is_colour:
        name = "palette index " if pixels.palette is not None else ""
        words = name + ", ".join(f"{value:.0f}" for value in values)
    else:
        words = number_text(values[0])
    unit = unit_text(pixels) if len(values) == 1 else ""
    lines = [f"{words} {unit}".strip()]
    quantity = quantity_of(pixels, calibration)
    if not quantity.is_modality and not pixels.is_colour:
        told = float(quantity.of(pixels.stored[row : row + 1, column : column + 1])[0, 0])
        has_value = math.isfinite(told)
        lines.append(f"{number_text(told)} {quantity.unit}" if has_value else "not mapped")
    where = f"Pixel column {column}, row {row}, both from 0."
    return Result(tuple(line.rstrip() for line in lines), (where, *quantity.chain))


def _of_area(
    annotation: Annotation, pixels: FramePixels, scale: Scale, calibration: Calibration
) -> Result:
    mask = mask_of(annotation, pixels.rows, pixels.columns)
    lines = []
    crosses = annotation.kind in ("freehand", "polygon") and crosses_itself(annotation.points)
    if crosses:
        lines.append("crosses itself: no area")
    elif scale.is_uniform:
        area = f"{number_text(area_of(annotation, scale))} {scale.unit}²"
        around = f"{number_text(perimeter_of(annotation, scale))} {scale.unit}"
        lines.append(f"{area}, around {around}")
    if scale.remark:
        lines.append(scale.remark)
    if _reaches_out(annotation, pixels):
        lines.append("partly outside the image")
    quantity = quantity_of(pixels, calibration)
    unit = quantity.unit
    found = None if pixels.is_colour else region_statistics(pixels, mask, quantity)
    if found is not None:
        lines.insert(0, f"Mean {number_text(found.mean)}, SD {number_text(found.deviation)} {unit}")
        lines.append(
            f"{number_text(found.minimum)} to {number_text(found.maximum)} {unit}".rstrip()
        )
    receipt = (_mask_sentence(mask, found), RULE, *quantity.chain,
               _scale_sentence(scale))  # fmt: skip
    return Result(tuple(line.rstrip() for line in lines), receipt, found, unit)


def _reaches_out(annotation: Annotation, pixels: FramePixels) -> bool:
    """Say whether a figure goes on where there are no pixels, which then are not counted."""
    outline = annotation.outline()
    return any(not (0 <= x <= pixels.columns and 0 <= y <= pixels.rows) for x, y in outline)


def _mask_sentence(mask: Mask, found: RegionStatistics | None) -> str:
    digest = hashlib.sha256(
        f"{mask.top},{mask.left},{mask.inside.shape}".encode() + mask.inside.tobytes()
    ).hexdigest()
    left = (
        ""
        if found is None or not found.left_out
        else f", {found.left_out:,} left out (padding, no number, or not mapped)"
    )
    return f"{mask.count:,} pixels{left}; mask {digest[:12]}."


def _scale_sentence(scale: Scale) -> str:
    if scale.unit == "px":
        return f"In pixels: {scale.remark or 'no spacing'}."
    down = scale.unit_down or scale.unit
    return (
        f"{scale.across:.6g} {scale.unit} from column to column, {scale.down:.6g} {down} from row "
        f"to row{f' ({scale.remark})' if scale.remark else ''}."
    )
