"""Keyed pseudonyms: the same patient is recognised in one library and named nowhere.

HMAC-SHA256 with a random key that lies beside the library, is readable by the user alone and never
leaves the machine. Without the key a pseudonym cannot be found again by hashing a list of names.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from pathlib import Path

from precedent_plugin.errors import LibraryError
from precedent_plugin.private_file import create_private

KEY_NAME = "pseudonyms.key"
KEY_BYTES = 32
PSEUDONYM_CHARACTERS = 32
"""128 bits: no two patients of a library share one by chance."""


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Turns identifiers into pseudonyms with one library's key."""

    key: bytes

    @classmethod
    def open(cls, folder: Path) -> "Pseudonyms":
        """Read the key of the library in `folder`, or make it on first use."""
        path = folder / KEY_NAME
        try:
            if not path.exists():
                create_private(path, secrets.token_bytes(KEY_BYTES))
            key = path.read_bytes()
        except OSError as error:
            raise LibraryError(
                f"The key of the pseudonyms, {path}, cannot be read or made "
                f"({error.strerror or error}).",
                "Give your account read and write rights to that folder.",
            ) from error
        if len(key) != KEY_BYTES:
            raise LibraryError(
                f"The key of the pseudonyms, {path}, has {len(key)} bytes instead of {KEY_BYTES}.",
                "Put it back from a backup, or delete it to start new pseudonyms.",
            )
        return cls(key)

    def patient(self, patient_id: str) -> str:
        """Give the pseudonym of a patient's identifier; empty for an empty one."""
        return self._pseudonym("patient", patient_id)

    def study(self, study_instance_uid: str) -> str:
        """Give the pseudonym of a study's uid; empty for an empty one."""
        return self._pseudonym("study", study_instance_uid)

    def for_sharing(self, casebook_id: str, pseudonym: str) -> str:
        """Give another pseudonym for a casebook that leaves the library; empty for an empty one.

        Equal ones stay equal inside that casebook; nobody can join it to another casebook or to
        this library.
        """
        return self._pseudonym(f"shared\0{casebook_id}", pseudonym)

    def _pseudonym(self, kind: str, source: str) -> str:
        text = source.strip()
        if not text:
            return ""
        digest = hmac.new(self.key, f"{kind}\0{text}".encode(), hashlib.sha256)
        return digest.hexdigest()[:PSEUDONYM_CHARACTERS]
