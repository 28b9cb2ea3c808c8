"""Recommended colours: CIELab of the profile connection space (D50) to sRGB.

Sources: PS3.3 C.10.7.1.1 (encoding), CIE 15 (CIELab), ICC.1 (D50), IEC 61966-2-1 (sRGB).
"""

from collections.abc import Sequence

import numpy as np

D50 = np.array([0.96422, 1.0, 0.82521])
"""XYZ of white in the profile connection space."""
XYZ_D50_TO_RGB = np.array([
    [3.1338561, -1.6168667, -0.4906146],
    [-0.9787684, 1.9161415, 0.0334540],
    [0.0719453, -0.2289914, 1.4052427],
])  # fmt: skip
"""To linear sRGB with the Bradford adaptation from D50 to D65."""
DISTINCT = ("#60ffff", "#ffc090", "#ff60ff", "#c0ff30", "#c03030", "#9030ff", "#60c030",
            "#ff6090", "#306090", "#9030c0")  # fmt: skip
"""For objects that recommend none: any two differ by 20 or more in CIELAB, as dichromats see them,
too."""


def rgb_of_cielab(stored: Sequence[float]) -> tuple[int, int, int]:
    """Give sRGB, 0 to 255, of three stored values 0 to 65535; out of gamut is clipped."""
    lightness = stored[0] * 100 / 65535
    a, b = stored[1] * 255 / 65535 - 128, stored[2] * 255 / 65535 - 128
    fy = (lightness + 16) / 116
    f = np.array([fy + a / 500, fy, fy - b / 200])
    xyz = np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29)) * D50
    linear = np.clip(XYZ_D50_TO_RGB @ xyz, 0, 1)
    coded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    red, green, blue = (int(one) for one in np.rint(coded * 255))
    return red, green, blue


def colour_of(stored: Sequence[float], number: int) -> str:
    """Give `#rrggbb` of a recommended colour, else one of our own by the object's number."""
    if len(stored) == 3 and all(0 <= one <= 65535 for one in stored):
        return hex_of(rgb_of_cielab(stored))
    return DISTINCT[number % len(DISTINCT)]


def hex_of(rgb: Sequence[float]) -> str:
    """Write red, green and blue, 0 to 255, as `#rrggbb`."""
    red, green, blue = (min(max(round(one), 0), 255) for one in rgb)
    return f"#{red:02x}{green:02x}{blue:02x}"


def rgb_of(colour: str) -> tuple[int, int, int]:
    """Read `#rrggbb`."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
