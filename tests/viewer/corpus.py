"""One table over a folder: shown right by a second decoder, or listed with a reason."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import SimpleITK
from numpy.typing import NDArray
from PIL import Image
from pydicom import dcmread
from pydicom.pixels.utils import pixel_array

from precedent_viewer.dicom.frames import FramePixels, read_frame
from precedent_viewer.dicom.index import read_item
from precedent_viewer.errors import ViewerError
from precedent_viewer.model.document import Document
from precedent_viewer.model.study import Frame, Instance
from precedent_viewer.render.display import render

PLUGINS = ("pydicom", "gdcm", "pylibjpeg", "pillow", "pyjpegls")
LOSSY = ("4.50", "4.51", "4.53", "4.55", "4.81", "4.91", "4.203")
"""Syntaxes in which two correct decoders may differ by rounding."""
LOSSY_PICTURES = (".jpg", ".jpeg", ".svs")
ROUNDING = 3
MEAN_ROUNDING = 1.5
"""Of colours: decoders draw the chroma between its samples in different ways."""


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one file."""

    path: str
    outcome: str
    """`right`, `shown` (no second decoder reads it), `listed`, `refused` or `wrong`."""
    by: str
    """The second decoder, the reason, or what differs."""


def table(folder: Path) -> list[Row]:
    """Look at every file of a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [Row(str(path.relative_to(folder)), *outcome(path)) for path in files]


def outcome(path: Path) -> tuple[str, str]:
    """Open a file, paint its first and last frame, and compare their values."""
    try:
        item = read_item(path)
        if isinstance(item, Document):
            return "listed", item.title
        seconds = {_frame(item, index) for index in {0, item.number_of_frames - 1}}
    except ViewerError as error:
        return "refused", str(error)
    wrong = [second for second in seconds if second.startswith("differs")]
    if wrong:
        return "wrong", wrong[0]
    return ("shown", "no second decoder") if "" in seconds else ("right", "/".join(sorted(seconds)))


def _frame(instance: Instance, index: int) -> str:
    """Paint a frame; give the decoder that agrees, "" where none can be asked."""
    pixels = read_frame(Frame(instance, index))
    assert render(pixels, None).shape[:2] == (pixels.rows, pixels.columns)
    for name, decode in _seconds(instance, index):
        try:
            theirs = decode()
        except Exception:  # noqa: BLE001  # whatever another decoder cannot do is no verdict
            continue
        said = _difference(instance, pixels, np.asarray(theirs))
        if said is None:
            continue
        if said and pixels.notes:
            return "noted on the image"
        return said or name
    return "noted on the image" if pixels.notes else ""


def _seconds(instance: Instance, index: int) -> Iterator[tuple[str, Callable[[], NDArray[Any]]]]:
    """Give other ways to read a frame, by their names."""
    path = instance.path
    if instance.kind == "dicom":
        for plugin in PLUGINS:
            yield plugin, partial(_by_pydicom, path, index, plugin)
    elif path.suffix.lower() in (".png", ".jpg", ".jpeg"):
        yield "imagecodecs", partial(imagecodecs.imread, path)
        yield "SimpleITK", partial(_by_itk, path)
    else:
        yield "Pillow", partial(_by_pillow, path, index)
        yield "SimpleITK", partial(_by_itk, path)


def _by_pydicom(path: Path, index: int, plugin: str) -> NDArray[Any]:
    return pixel_array(dcmread(path, force=True), index=index, decoding_plugin=plugin)


def _by_pillow(path: Path, index: int) -> NDArray[Any]:
    with Image.open(path) as image:
        image.seek(index)
        return np.asarray(image.convert("RGB") if image.mode in ("P", "YCbCr") else image)


def _by_itk(path: Path) -> NDArray[Any]:
    values: NDArray[Any] = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(path))
    return values


def _difference(instance: Instance, pixels: FramePixels, theirs: NDArray[Any]) -> str | None:
    ours = pixels.stored
    if ours.shape != theirs.shape:
        return None
    apart = np.abs(ours.astype(np.float64) - theirs.astype(np.float64))
    if not np.isfinite(apart).all():
        apart = apart[np.isfinite(apart)]
    most, mean = float(apart.max(initial=0)), float(apart.mean()) if apart.size else 0.0
    uid = instance.transfer_syntax_uid.removeprefix("1.2.840.10008.1.2.")
    is_colour = ours.ndim == 3
    is_lossy = uid in LOSSY or instance.path.suffix.lower() in LOSSY_PICTURES
    allowed = ROUNDING if is_lossy else 1 if is_colour and instance.kind == "dicom" else 0
    if most <= allowed or (is_colour and is_lossy and mean <= MEAN_ROUNDING):
        return ""
    return f"differs by at most {most:g}, {mean:.3g} on the mean"


def main(folders: list[str]) -> int:
    """Print the table of some folders as JSON."""
    rows = [row for folder in folders for row in table(Path(folder))]
    counts = Counter(row.outcome for row in rows)
    record = {"files": len(rows), **counts, "rows": [asdict(row) for row in rows]}
    sys.stdout.write(json.dumps(record, indent=1) + "\n")
    return 1 if counts["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
