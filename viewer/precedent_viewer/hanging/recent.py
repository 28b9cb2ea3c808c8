"""The last studies by their summaries, so that a protocol can be tried on them. No Qt.

Kept are words, counts and dates of what was opened. The patient becomes a salted hash, which says
only that two studies are of one patient.
"""

import hashlib
import json
import logging
import secrets
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from precedent_viewer.hanging.book import read_text, write_text
from precedent_viewer.hanging.rules import RuleError
from precedent_viewer.hanging.summaries import SeriesSummary, StudySummary

logger = logging.getLogger(__name__)

FILE = "recent_studies.json"
MOST_STUDIES = 20


class RecentStudies:
    """The newest opened first."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self._salt, self._studies = self._load()

    @property
    def studies(self) -> tuple[StudySummary, ...]:
        """What was opened last, each study once."""
        return self._studies

    def add(self, studies: Iterable[StudySummary]) -> None:
        """Take in what was opened; `save` writes it."""
        new = {one.uid: replace(one, patient=self._hashed(one.patient)) for one in studies}
        old = [one for one in self._studies if one.uid not in new]
        self._studies = (*new.values(), *old)[:MOST_STUDIES]

    def save(self) -> None:
        """Write the file; may be called on a worker. Raises RuleError."""
        record = {"salt": self._salt, "studies": [asdict(one) for one in self._studies]}
        write_text(self.path, json.dumps(record), mode=0o600)

    def _hashed(self, patient: str) -> str:
        if not patient:
            return ""
        salted = f"{self._salt}\0{patient}".encode("utf-8", "surrogateescape")
        return hashlib.sha256(salted).hexdigest()[:16]

    def _load(self) -> tuple[str, tuple[StudySummary, ...]]:
        fresh = secrets.token_hex(16)
        if not self.path.exists():
            return fresh, ()
        try:
            record = json.loads(read_text(self.path))
            return str(record["salt"]), tuple(_study(one) for one in record["studies"])
        except (RuleError, ValueError, TypeError, KeyError, AttributeError) as error:
            # Only a convenience is lost: the list fills again with the next studies.
            logger.warning("The last studies could not be read: %s", type(error).__name__)
            return fresh, ()


def _study(record: dict[str, Any]) -> StudySummary:
    series = tuple(SeriesSummary(**one) for one in record["series"])
    uid, patient, date, description = (
        str(record[name]) for name in ("uid", "patient", "date", "description")
    )
    return StudySummary(uid, patient, date, description, series)
