"""`precedent frame`: write the pixels of one frame, at any stage of the pipeline, to a file."""

import argparse
import io
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from precedent_viewer.dicom.frames import FramePixels, modality_values, read_frame
from precedent_viewer.dicom.index import read_instance
from precedent_viewer.errors import DecodeError, FileError, one_line
from precedent_viewer.model.study import Frame, Instance
from precedent_viewer.render.display import default_window, render, voi_values
from precedent_viewer.safe_write import replace_file


def main(argv: list[str]) -> int:
    """Run the verb; gives the exit status. Raises a ViewerError on a file that cannot be shown."""
    asked = _parser().parse_args(argv)
    instance = read_instance(asked.file)
    if not 0 <= asked.index < instance.number_of_frames:
        raise DecodeError(
            f"{asked.file.name}: it has no frame {asked.index}.",
            f"Its frames are 0 to {instance.number_of_frames - 1}.",
        )
    if asked.npy is not None:
        _check_apart(asked.file, asked.npy)
    pixels = read_frame(Frame(instance, asked.index))
    values = _at_stage(pixels, asked.stage)
    if asked.npy is not None:
        _write(asked.npy, values)
    described = _described(instance, asked.index, asked.stage, pixels, values)
    sys.stdout.write(json.dumps(described) + "\n" if asked.json else _sentence(described))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="precedent frame", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE", help="a DICOM file or a picture")
    parser.add_argument("--index", type=int, default=0, help="the frame, from 0 (default 0)")
    parser.add_argument(
        "--stage", choices=("stored", "modality", "voi", "display"), default="display",
        help="stored: values of the file, colour as RGB; modality: after the Modality LUT (HU for "
        "CT), float32; voi: after the window or VOI LUT, 0 to 1, float32; display: as painted with "
        "the file's own window, 8 bits",
    )  # fmt: skip
    parser.add_argument("--npy", type=Path, metavar="OUT", help="where to write the array")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _at_stage(pixels: FramePixels, stage: str) -> NDArray[Any]:
    if stage == "stored":
        return pixels.stored
    if stage == "voi":
        return voi_values(pixels, None)
    return modality_values(pixels) if stage == "modality" else render(pixels, None)


def _write(path: Path, values: NDArray[Any]) -> None:
    """Write exactly to this path; numpy alone would add an ending."""
    content = io.BytesIO()
    np.save(content, np.ascontiguousarray(values), allow_pickle=False)
    try:
        replace_file(path, content.getvalue())
    except OSError as error:
        raise FileError(f"{path}: the array cannot be written ({error.strerror}).") from error


def _check_apart(file: Path, out: Path) -> None:
    """Refuse to write over the image itself."""
    try:
        is_same = out.samefile(file)
    except OSError:
        return  # Nothing is there, or writing will say what is wrong with it.
    if is_same:
        raise FileError(
            f"{out}: it is the image itself, which is never written over.", "Name another file."
        )


def _described(
    instance: Instance, index: int, stage: str, pixels: FramePixels, values: NDArray[Any]
) -> dict[str, object]:
    """Say what was written, without anything about the patient."""
    window = None if pixels.is_colour else default_window(pixels)
    has_table = not pixels.is_colour and not pixels.windows and bool(pixels.voi_luts)
    return {
        "file": instance.path.name,
        "kind": instance.kind,
        "index": index,
        "number_of_frames": instance.number_of_frames,
        "stage": stage,
        "shape": list(values.shape),
        "dtype": str(values.dtype),
        "minimum": _number(values.min()),
        "maximum": _number(values.max()),
        "modality": instance.modality,
        "transfer_syntax_uid": instance.transfer_syntax_uid,
        "photometric": pixels.photometric,
        "units": pixels.units,
        "window": None
        if window is None or has_table
        else {"center": window.center, "width": window.width, "function": window.function},
        "voi_lut": has_table,
        "notes": list(pixels.notes),
    }


def _number(value: Any) -> float | int | None:
    plain = value.item()
    return plain if np.isfinite(plain) else None


def _sentence(described: dict[str, object]) -> str:
    shape = described["shape"]
    size = " x ".join(str(side) for side in shape) if isinstance(shape, list) else ""
    notes = described["notes"]
    name = one_line(str(described["file"]))
    lines = [
        f"{name} frame {described['index']}, {described['stage']}: {size} {described['dtype']}, "
        f"{described['minimum']} to {described['maximum']}"
    ]
    lines += [f"Note: {note}" for note in notes] if isinstance(notes, list) else []
    return "\n".join(lines) + "\n"
