"""Real world value maps: from stored values to quantities with units.

Source: PS3.3 C.7.6.16.2.11; of images without frames' groups C.7.6.1.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from precedent_viewer.dicom.functional_groups import FunctionalGroups
from precedent_viewer.dicom.values import item, items, number, numbers, text

UNITS = {
    "1": "", "{1}": "", "[hnsf'U]": "HU", "mm2/s": "mm²/s", "um2/s": "µm²/s", "Bq/mL": "Bq/ml",
    "g/ml{SUVbw}": "SUVbw g/ml", "{SUVbw}g/ml": "SUVbw g/ml", "g/ml{SUVlbm}": "SUVlbm g/ml",
    "{SUVlbm}g/ml": "SUVlbm g/ml", "cm2/ml{SUVbsa}": "SUVbsa cm²/ml",
    "{SUVbsa}cm2/ml": "SUVbsa cm²/ml",
}  # fmt: skip
"""From UCUM codes; others are written as they are."""


@dataclass(frozen=True, slots=True, eq=False)
class RealWorldMap:
    """One way to read stored values."""

    label: str
    explanation: str
    units: str
    """UCUM code, such as "mm2/s" or "g/ml{SUVbw}"."""
    quantity: str
    """What is measured, such as "Apparent Diffusion Coefficient"; "" when it is not said."""
    first: float
    last: float
    """Stored values for which it holds."""
    slope: float | None
    intercept: float
    table: NDArray[np.float64] | None
    """One value a stored value from `first` on, instead of slope and intercept."""

    @property
    def unit(self) -> str:
        """The unit as readers write it."""
        return UNITS.get(self.units, self.units)

    def apply(self, stored: NDArray[Any]) -> NDArray[np.float64]:
        """Give quantities; NaN where the map does not hold."""
        values = stored.astype(np.float64)
        with np.errstate(invalid="ignore"):
            inside = (values >= self.first) & (values <= self.last)
        if self.table is not None:
            places = np.where(inside, values - self.first, 0).astype(np.int64)
            mapped = self.table[np.clip(places, 0, self.table.size - 1)]
            return np.where(inside & (places < self.table.size), mapped, np.nan)
        return np.where(inside, values * (self.slope or 1.0) + self.intercept, np.nan)


def real_world_maps(
    dataset: Dataset, groups: FunctionalGroups, index: int = 0
) -> tuple[RealWorldMap, ...]:
    """Give the maps of a frame: those of its functional groups, else those of the image."""
    macro = groups.macro("RealWorldValueMappingSequence", index)
    if macro is not None:
        return tuple(_every([macro]))
    return tuple(_every(items(dataset, "RealWorldValueMappingSequence")))


def _every(several: "tuple[Dataset, ...] | list[Dataset]") -> list[RealWorldMap]:
    return [found for one in several if (found := _map(one)) is not None]


def _map(one: Dataset) -> RealWorldMap | None:
    first, last = _limit(one, "First"), _limit(one, "Last")
    slope = number(one, "RealWorldValueSlope")
    table = numbers(one, "RealWorldValueLUTData")
    if first is None or last is None or (slope is None and not table):
        return None
    units = item(one, "MeasurementUnitsCodeSequence")
    return RealWorldMap(
        label=text(one, "LUTLabel"),
        explanation=text(one, "LUTExplanation"),
        units="" if units is None else text(units, "CodeValue"),
        quantity=_quantity(one),
        first=first,
        last=last,
        slope=slope,
        intercept=number(one, "RealWorldValueIntercept") or 0.0,
        table=np.array(table) if table else None,
    )


def _limit(one: Dataset, end: str) -> float | None:
    double = number(one, f"DoubleFloatRealWorldValue{end}ValueMapped")
    return number(one, f"RealWorldValue{end}ValueMapped") if double is None else double


def _quantity(one: Dataset) -> str:
    """Give the Quantity, (246205007, SCT), of the definition."""
    for entry in items(one, "QuantityDefinitionSequence"):
        name = item(entry, "ConceptNameCodeSequence")
        meaning = item(entry, "ConceptCodeSequence")
        if name is not None and meaning is not None and text(name, "CodeMeaning") == "Quantity":
            return text(meaning, "CodeMeaning")
    return ""
