"""Every file of pydicom's package and of the shared data: right, shown, or refused; never wrong."""

from collections import Counter
from pathlib import Path

import pydicom.data
import pytest
from tests.viewer.corpus import Row, table

PYDICOM = Path(pydicom.data.__file__).parent


def counted(rows: list[Row]) -> Counter[str]:
    assert [row for row in rows if row.outcome == "wrong"] == []
    assert all(row.by for row in rows)
    return Counter(row.outcome for row in rows)


@pytest.mark.filterwarnings("ignore")
def test_pydicoms_own_files() -> None:
    counts = counted(table(PYDICOM))
    assert counts["right"] >= 85
    assert counts["shown"] <= 5


@pytest.mark.filterwarnings("ignore")
def test_shared_files(shared_data: Path) -> None:
    counts = counted(table(shared_data))
    assert counts["right"] >= 900
    assert counts["shown"] <= 16
