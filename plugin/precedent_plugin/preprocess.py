"""From painted pixels to the picture that is kept or sent: PNG, hash and provenance.

The pixels are those on the screen at image resolution (window, inversion, rotation, flip and region
applied). Nothing is scaled here: models do that by their own recipe, and report what they saw.
"""

import io
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from precedent_plugin.cases import Provenance
from precedent_plugin.cutout import Cutout
from precedent_plugin.errors import PictureError
from precedent_plugin.host import Host, ViewSnapshot
from precedent_plugin.originals import Values, is_inverted, of_region, pack
from precedent_plugin.pictures import MAX_PIXELS, content_hash
from precedent_plugin.pseudonyms import Pseudonyms
from precedent_resources import PrecedentError

MIN_SIDE = 2
LEVEL = 3
"""Of zlib: 2.5 times as fast as its usual 6, and no larger where neighbours differ by noise."""


@dataclass(frozen=True, slots=True)
class ViewImage:
    """A picture as it was on the screen at one moment, ready to be asked about or kept."""

    png: bytes
    """RGB, 8 bit, at image resolution."""
    sha256: str
    """Of `png`; the same pixels always give the same bytes."""
    width: int
    height: int
    provenance: Provenance
    title: str = ""
    """What it is, for display: "CT, frame 12 of 64, region"."""
    notes: tuple[str, ...] = ()
    """What makes the pixels less than whole, said by the viewer."""
    is_blank: bool = False
    """Every pixel has the same value."""
    cutout: Cutout | None = None
    """Where in the file's image it lies; None where that is not known."""
    original: bytes | None = None
    """The modality values under the picture, packed, where a viewer has them."""


def encode_png(pixels: NDArray[np.uint8]) -> bytes:
    """Write pixels, (rows, columns) or (rows, columns, 3), as a PNG without any metadata.

    Raises PictureError when there is too little or too much of them.
    """
    if pixels.dtype != np.uint8 or pixels.ndim not in (2, 3) or pixels.shape[2:] not in ((), (3,)):
        raise PictureError(
            f"The viewer gave pixels of shape {pixels.shape} and type {pixels.dtype}; "
            "8-bit grey or RGB is needed.",
            "Report it with the file's modality.",
        )
    rows, columns = pixels.shape[:2]
    if min(rows, columns) < MIN_SIDE:
        raise PictureError(
            f"The picture is {columns} x {rows} pixels; each side needs at least {MIN_SIDE}.",
            "Draw a larger region.",
        )
    if rows * columns > MAX_PIXELS:
        raise PictureError(
            f"The picture is {columns} x {rows} pixels; at most {MAX_PIXELS:,} are taken.",
            "Draw a region.",
        )
    colour = pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)
    target = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(colour)).save(target, "PNG", compress_level=LEVEL)
    return target.getvalue()


def image_from_pixels(
    pixels: NDArray[np.uint8],
    snapshot: ViewSnapshot,
    pseudonyms: Pseudonyms,
    values: Values | None = None,
) -> ViewImage:
    """Make the picture of a view with its provenance. Raises PictureError as `encode_png`.

    values: what `region_values` gave, when the picture is to be kept with its original.
    """
    png = encode_png(pixels)
    what = describe_view(snapshot)
    has_original = values is not None and values.shape == pixels.shape[:2] and _is_grey(pixels)
    is_dark = values is not None and has_original and is_inverted(values, pixels)
    return ViewImage(
        png=png,
        sha256=content_hash(png),
        width=pixels.shape[1],
        height=pixels.shape[0],
        provenance=Provenance(
            modality=snapshot.modality,
            body_part=snapshot.body_part,
            laterality=snapshot.laterality,
            window=snapshot.window,
            patient_key=pseudonyms.patient(snapshot.patient_key_source),
            study_key=pseudonyms.study(snapshot.study_key_source),
            created=date.today().isoformat(),
            source=what,
            spacing_mm=_spacing(snapshot),
            is_inverted=is_dark,
        ),
        title=what,
        notes=snapshot.notes,
        cutout=Cutout.of(snapshot, pixels.shape[1], pixels.shape[0]),
        is_blank=bool((pixels == pixels.reshape(-1, *pixels.shape[2:])[0]).all()),
        original=pack(values) if values is not None and has_original else None,
    )


def image_from_host(host: Host, pseudonyms: Pseudonyms) -> ViewImage | None:
    """Take the picture on the host's screen or its region; None when nothing is shown."""
    snapshot = host.snapshot()
    if snapshot is None:
        return None
    pixels = host.painted_pixels(region_only=True)
    return image_from_pixels(pixels, snapshot, pseudonyms, region_values(host, snapshot))


def region_values(host: Host, snapshot: ViewSnapshot) -> Values | None:
    """Take the modality values of what a host shows, turned as it is painted.

    None where it has none: in colour, or when some are not numbers.
    """
    if "modality_pixels" not in host.capabilities:
        return None
    try:
        values = of_region(host.modality_pixels(), snapshot)
    except PrecedentError:
        return None  # the viewer refuses it for colour, and then there is nothing to keep
    return values if np.isfinite(values).all() else None


def describe_view(snapshot: ViewSnapshot) -> str:
    """Say in words what a view shows, without names, dates or paths."""
    parts = [snapshot.modality or "Picture"]
    if snapshot.body_part:
        parts.append(snapshot.body_part.lower())
    if snapshot.number_of_frames > 1:
        parts.append(f"frame {snapshot.frame_index + 1} of {snapshot.number_of_frames}")
    if snapshot.region is not None:
        _, _, width, height = snapshot.region
        parts.append(f"region {width} x {height}")
    turned = {1: "turned right", 2: "turned over", 3: "turned left"}
    quarters = snapshot.rotation_quarters % 4
    if quarters:
        parts.append(turned[quarters])
    if snapshot.flipped:
        parts.append("mirrored")
    if snapshot.inverted:
        parts.append("inverted")
    return ", ".join(parts)


def _spacing(snapshot: ViewSnapshot) -> tuple[float, float] | None:
    """Give the spacing of the picture as it is turned."""
    if snapshot.pixel_spacing_mm is None or snapshot.rotation_quarters % 2 == 0:
        return snapshot.pixel_spacing_mm
    between_rows, between_columns = snapshot.pixel_spacing_mm
    return between_columns, between_rows


def _is_grey(pixels: NDArray[np.uint8]) -> bool:
    return pixels.ndim == 2 or bool((pixels == pixels[..., :1]).all())
