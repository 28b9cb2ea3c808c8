"""A frame at a fraction of its resolution, where decoding it whole takes too long to scroll.

It has the size of the whole frame and says on the picture that it is not; no measurement should be
taken from it.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from numpy.typing import NDArray

from precedent_viewer.dicom.decoders import FAILURES, syntax_name
from precedent_viewer.dicom.frames import FramePixels, pixels_of
from precedent_viewer.dicom.image_file import check_index, open_image
from precedent_viewer.dicom.image_pixel import ImagePixel
from precedent_viewer.dicom.jpeg_2000 import can_be_halved, decoded_at, enlarged, halvings_in
from precedent_viewer.errors import DecodeError, FileError
from precedent_viewer.model.study import Frame, Instance

WHOLE_SIDE = 256
"""Frames of up to so many pixels a side are decoded whole: a preview would gain nothing."""
HALVINGS, HALVINGS_OF_LARGE = 2, 3
"""A quarter of each side, 2 ms for a CT slice; an eighth of what is longer than LARGE_SIDE. The
decoder holds the interpreter's lock meanwhile, so the window would feel more."""
LARGE_SIDE = 1024


def has_preview(instance: Instance) -> bool:
    """Say whether frames of this file are decoded much faster at a fraction of their size."""
    is_slow = syntax_name(instance.transfer_syntax_uid) == "JPEG 2000"
    is_plain = instance.kind == "dicom" and instance.reader is None
    return is_slow and is_plain and max(instance.rows, instance.columns) > WHOLE_SIDE


DecodeAt: TypeAlias = Callable[[bytes, ImagePixel, int], NDArray[Any]]
"""From a codestream's bytes, what it is made of, and how often its sides are halved."""


def decode_at(data: bytes, pixel: ImagePixel, halvings: int) -> NDArray[Any]:
    """Decode a codestream at a fraction of its size, in this process."""
    return decoded_at(data, halvings)


def read_preview(frame: Frame, decode: DecodeAt = decode_at) -> FramePixels:
    """Decode a frame at a fraction. Raises a ViewerError when only the whole frame will do."""
    path = frame.instance.path
    image = open_image(path)
    check_index(path, frame.index, image.pixel.number_of_frames)
    pixel = image.pixel
    if image.encapsulated is None or pixel.samples_per_pixel != 1:
        raise DecodeError(f"{path.name}: it has no frames that can be decoded at a fraction.")
    try:
        with image.opened.stream() as stream:
            data, is_cut = image.encapsulated.read(stream, frame.index)
    except OSError as error:
        raise FileError(f"{path.name}: it can no longer be read.", "Open it again.") from error
    halvings = _halvings(pixel.rows, pixel.columns, halvings_in(data))
    if is_cut or halvings < 1:
        raise DecodeError(f"{path.name}: this frame can only be decoded whole.")
    try:
        small = decode(data, pixel, halvings)
    except FAILURES as error:
        raise DecodeError(f"{path.name}: this frame cannot be decoded at a fraction.") from error
    if small.shape != (-(-pixel.rows // 2**halvings), -(-pixel.columns // 2**halvings)):
        raise DecodeError(f"{path.name}: this frame has another size than its header says.")
    values = enlarged(small, pixel.rows, pixel.columns, halvings).astype(pixel.dtype)
    note = f"Shown at 1/{2**halvings} of its resolution until it is decoded whole."
    return pixels_of(image, frame.index, values, (note,), reduced_by=2**halvings)


def _halvings(rows: int, columns: int, most: int) -> int:
    """Choose how often to halve, 0 when it cannot be done."""
    wanted = HALVINGS_OF_LARGE if max(rows, columns) > LARGE_SIDE else HALVINGS
    able = (
        halvings
        for halvings in range(min(wanted, most), 0, -1)
        if can_be_halved(rows, halvings) and can_be_halved(columns, halvings)
    )
    return next(able, 0)
