"""Opens and paints damaged files in a process that may die of it, saying before each what it is.

`python opener.py FIRST COUNT`: for each number a line `NUMBER`, then `ok`, `refused` or `wrong
TYPE: MESSAGE`. Run by the test beside it, which watches time and memory.
"""

import sys
import tempfile
from pathlib import Path

from tests.viewer.mutated.mutations import monsters, mutated, seed_files

from precedent_viewer.decoding import Decoders
from precedent_viewer.dicom.frames import FramePixels
from precedent_viewer.dicom.index import read_item
from precedent_viewer.dicom.isolation.pool import Isolated
from precedent_viewer.errors import ViewerError
from precedent_viewer.model.study import Frame, Instance
from precedent_viewer.render.display import default_window, render


def main(first: int, count: int) -> int:
    """Open the files of these numbers; negative ones are the monsters."""
    seeds = seed_files()
    isolated = Isolated(1)
    decoders = Decoders(isolated.decode_frame, isolated.decoded_at)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        monstrous = monsters(folder) if first < 0 else []
        for number in range(first, first + count):
            say(str(number))
            if number < 0:
                path = monstrous[-1 - number]
            else:
                path = folder / "mutated.dcm"
                path.write_bytes(mutated(seeds[number % len(seeds)].read_bytes(), number))
            say(opened(path, decoders))
    isolated.close()
    return 0


def opened(path: Path, decoders: Decoders) -> str:
    """Go the whole way from a file to what would be painted."""
    try:
        item = read_item(path)
        if isinstance(item, Instance):
            for index in sorted({0, item.number_of_frames - 1}):
                paint(decoders.read(Frame(item, index)))
    except ViewerError as error:
        text = str(error)
        is_sentence = text and "\n" not in text and "Traceback" not in text
        return "refused" if is_sentence else f"wrong {text!r}"
    except Exception as error:  # noqa: BLE001  # anything else is what this looks for
        return f"wrong {type(error).__name__}: {error!s:.200}".replace("\n", " ")
    return "ok"


def paint(pixels: FramePixels) -> None:
    """Render a frame as the canvas would."""
    default_window(pixels)
    levels = render(pixels, None)
    assert levels.shape[:2] == (pixels.rows, pixels.columns)


def say(line: str) -> None:
    """Write a line at once: the process may not come to write another."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
