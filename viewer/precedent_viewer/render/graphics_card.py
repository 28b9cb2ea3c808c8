"""Large grey frames painted on the graphics card: looked up and halved there, read back small.

The table from stored values to grey levels is the one that numpy uses, and halving rounds in the
same way, so the two paths give the same levels. A window change sends 64 KiB. The context is off
screen and of this object alone; it is made current for each painting, because the thread of a pool
may change. Source of the halving: `image.halved`.
"""

import threading
from collections.abc import Callable
from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray

from precedent_viewer.errors import GraphicsError

ByteImage = NDArray[np.uint8]
TABLE_SIDE = 256
KEPT = 2
"""Frames whose values stay on the card: the one on the screen, and the one before it."""
VERTICES = """
#version 330
void main() {
    // One triangle that covers everything.
    gl_Position = vec4(vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0, 0.0, 1.0);
}
"""
LOOK_UP = """
#version 330
uniform usampler2D values;
uniform usampler2D table;
out uint level;
void main() {
    uint value = texelFetch(values, ivec2(gl_FragCoord.xy), 0).r;
    level = texelFetch(table, ivec2(value & 255u, value >> 8), 0).r;
}
"""
HALVE = """
#version 330
uniform usampler2D levels;
out uint level;
void main() {
    ivec2 last = textureSize(levels, 0) - 1, first = ivec2(gl_FragCoord.xy) * 2;
    uint total = 2u;
    for (int row = 0; row < 2; row++)
        for (int column = 0; column < 2; column++)
            total += texelFetch(levels, min(first + ivec2(column, row), last), 0).r;
    level = total >> 2;
}
"""


class GraphicsCard:
    """An OpenGL context and the frames that lie in its memory."""

    def __init__(self, make: Callable[[], moderngl.Context] | None = None) -> None:
        """make: what makes the context. Raises GraphicsError when there is none."""
        self._lock = threading.Lock()
        self._values: dict[int, tuple[NDArray[Any], moderngl.Texture]] = {}
        try:
            self._context = (make or _context)()
            with self._context:
                self._build()
        except Exception as error:  # Drivers raise whatever they like.
            raise GraphicsError(
                f"The graphics card cannot be used ({error}).",
                "Images are painted by the processor, as before.",
            ) from error

    @property
    def name(self) -> str:
        """What the driver calls itself."""
        return self._name

    def can_paint(self, stored: NDArray[Any]) -> bool:
        """Say whether a frame's values can lie on the card."""
        is_small = stored.dtype.kind in "iu" and stored.dtype.itemsize <= 2
        return is_small and stored.ndim == 2 and max(stored.shape) <= self._largest_side

    def paint(self, stored: NDArray[Any], table: ByteImage, level: int) -> ByteImage:
        """Look a frame's values up and halve it `level` times: (rows, columns).

        table: the grey level of every bit pattern of the values' type, from 0 on.
        Raises GraphicsError.
        """
        try:
            with self._lock, self._context:
                return self._painted(stored, table, level)
        except Exception as error:  # Drivers raise whatever they like.
            raise GraphicsError(f"The graphics card failed ({error}).") from error

    def release(self) -> None:
        """Give the card's memory back."""
        with self._lock:
            self._values.clear()
            self._context.release()

    def _build(self) -> None:
        context = self._context
        self._name = str(context.info["GL_RENDERER"])
        self._largest_side = int(context.info["GL_MAX_TEXTURE_SIZE"])
        self._look_up = context.program(vertex_shader=VERTICES, fragment_shader=LOOK_UP)
        self._halve = context.program(vertex_shader=VERTICES, fragment_shader=HALVE)
        self._look_up["values"], self._look_up["table"], self._halve["levels"] = 0, 1, 0
        self._looking = context.vertex_array(self._look_up, [])
        self._halving = context.vertex_array(self._halve, [])
        self._table = context.texture((TABLE_SIDE, TABLE_SIDE), 1, dtype="u1", alignment=1)

    def _painted(self, stored: NDArray[Any], table: ByteImage, level: int) -> ByteImage:
        whole = np.zeros(TABLE_SIDE * TABLE_SIDE, np.uint8)
        whole[: table.size] = table
        self._table.write(whole.tobytes())
        rows, columns = stored.shape
        self._uploaded(stored).use(0)
        self._table.use(1)
        levels = self._drawn(self._looking, columns, rows)
        for _ in range(level):
            columns, rows = -(-columns // 2), -(-rows // 2)
            levels.use(0)
            smaller = self._drawn(self._halving, columns, rows)
            levels.release()
            levels = smaller
        data = np.frombuffer(levels.read(alignment=1), np.uint8)
        levels.release()
        return data.reshape(rows, columns)

    def _drawn(self, what: moderngl.VertexArray, columns: int, rows: int) -> moderngl.Texture:
        target = self._context.texture((columns, rows), 1, dtype="u1", alignment=1)
        frame = self._context.framebuffer([target])
        frame.use()
        what.render(moderngl.TRIANGLES, vertices=3)
        frame.release()
        return target

    def _uploaded(self, stored: NDArray[Any]) -> moderngl.Texture:
        known = self._values.get(id(stored))
        if known is not None:
            return known[1]
        while len(self._values) >= KEPT:
            _, texture = self._values.pop(next(iter(self._values)))
            texture.release()
        size = stored.dtype.itemsize
        texture = self._context.texture(
            (stored.shape[1], stored.shape[0]), 1, np.ascontiguousarray(stored).tobytes(),
            dtype=f"u{size}", alignment=1,
        )  # fmt: skip
        # The array is kept as well, so that its id stays its own.
        self._values[id(stored)] = (stored, texture)
        return texture


def _context() -> moderngl.Context:
    """Make a context without a window: EGL on Linux, the system's own elsewhere."""
    try:
        # The stubs take the name of a backend for its options.
        return moderngl.create_context(standalone=True, backend="egl", require=330)  # type: ignore[arg-type]
    except Exception:  # noqa: BLE001  # Where there is no EGL, the usual way is left.
        return moderngl.create_context(standalone=True, require=330)
