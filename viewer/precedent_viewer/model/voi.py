"""Windows: which modality values become black, white and the greys between. PS3.3 C.11.2."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from precedent_viewer.errors import WindowError

VoiFunction = Literal["LINEAR", "LINEAR_EXACT", "SIGMOID"]

LEAST_WIDTH: Mapping[VoiFunction, float] = {"LINEAR": 1.0, "LINEAR_EXACT": 0.0, "SIGMOID": 0.0}
"""LINEAR takes widths from 1 on, the others every width above 0."""


@dataclass(frozen=True, slots=True)
class Window:
    """A VOI function with its numbers, in modality units (HU for CT).

    Raises WindowError when a number is not finite or the width is too small for the function.
    """

    center: float
    width: float
    function: VoiFunction = "LINEAR"
    name: str = ""

    def __post_init__(self) -> None:
        if self.function not in LEAST_WIDTH:
            raise WindowError(
                f"VOI LUT Function (0028,1056) is {self.function!r}.",
                "It must be LINEAR, LINEAR_EXACT or SIGMOID.",
            )
        if not (math.isfinite(self.center) and math.isfinite(self.width)):
            raise WindowError(
                f"A window of center {self.center} and width {self.width} is no window.",
                "Both must be finite.",
            )
        if self.width < LEAST_WIDTH[self.function] or self.width <= 0:
            least = "at least 1" if self.function == "LINEAR" else "more than 0"
            raise WindowError(
                f"Window Width (0028,1051) is {self.width:g}; {self.function} needs {least}."
            )

    @property
    def limits(self) -> tuple[float, float]:
        """The modality values at which black ends and white begins; LINEAR and LINEAR_EXACT."""
        shift = 0.5 if self.function == "LINEAR" else 0.0
        half = self.width / 2 - shift
        return (self.center - shift - half, self.center - shift + half)
