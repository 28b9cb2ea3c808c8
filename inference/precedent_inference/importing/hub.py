"""`hf:owner/name`: a release fetched from Hugging Face, resumed where it stopped, checked by hash.

The listing of a repository states each file's size and hash, and a file gets its name only after
both agree; a broken transfer goes on at the byte where it stopped, in the next run too.
"""

import hashlib
import re
import shutil
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

import httpx
import platformdirs
from huggingface_hub import constants, get_token, hf_hub_url

from precedent_inference.errors import Cancelled, ModelError
from precedent_inference.importing.convert import Progress, Report
from precedent_inference.json_border import Table

PREFIX = "hf:"
WEIGHTS = (".safetensors", ".pt", ".pth", ".bin", ".ckpt")
SETTINGS = (".json", "tokenizer.model")
NOT_WEIGHTS = ("optimizer", "scheduler", "training_args", "rng_state")
"""What a training leaves beside a model."""

UNFINISHED: Final = ".unfinished"
BLOCK_BYTES: Final = 1024**2
PARTIAL: Final = 206
"""The status of an answer that begins where it was asked to."""

_ID = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")
_REVISION = re.compile(r"[0-9a-f]{7,64}")

CARRY = (
    "Without internet, copy model.pt of the Flamingo checkpoint, the LLaMA-7B folder with its "
    "config.json and tokenizer, and CLIP ViT-L/14 (model.safetensors and config.json) into one "
    "folder, and import that folder."
)


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a repository, as its listing states it."""

    name: str
    size: int
    sha256: str | None
    """Of a large file."""
    git_hash: str
    """Of a small one: SHA-1 over Git's header and the content."""

    def is_hash_of(self, path: Path) -> bool:
        """Say whether a file holds what the listing states."""
        digest = hashlib.sha256() if self.sha256 else hashlib.sha1(f"blob {self.size}\0".encode())
        with path.open("rb") as stream:
            while block := stream.read(BLOCK_BYTES):
                digest.update(block)
        return digest.hexdigest() == (self.sha256 or self.git_hash)


@dataclass(frozen=True, slots=True)
class Hub:
    """Where releases are fetched from, and where to."""

    endpoint: str = field(default_factory=lambda: constants.ENDPOINT)
    folder: Path = field(
        default_factory=lambda: platformdirs.user_cache_path("precedent", appauthor=False) / "hub"
    )

    def fetch(self, word: str, report: Report, cancel: threading.Event) -> Path:
        """Give the folder of a release by its id (`hf:owner/name`), downloading what is not there.

        Raises ModelError when it cannot be fetched, and Cancelled; what was fetched stays.
        """
        name = word.removeprefix(PREFIX)
        if not _ID.fullmatch(name):
            raise ModelError(f"{word} is not an id such as hf:owner/name.", CARRY)
        if constants.HF_HUB_OFFLINE:
            raise ModelError(f"{word} is not fetched: the hub is switched off here.", CARRY)
        headers = {"accept-encoding": "identity"}
        if token := get_token():
            headers["authorization"] = f"Bearer {token}"
        try:
            with httpx.Client(headers=headers, follow_redirects=True, timeout=30) as client:
                return self._fetch(client, name, report, cancel)
        except httpx.HTTPStatusError as error:
            raise ModelError(
                f"{word} was refused with status {error.response.status_code}; it does not exist "
                "or needs a permission.",
                CARRY,
            ) from error
        except httpx.HTTPError as error:
            raise ModelError(f"{word} cannot be reached: {_said(error)}.", CARRY) from error
        except OSError as error:
            raise ModelError(
                f"{word} cannot be kept in {self.folder}: {error.strerror or error}.",
                "Free space there; what was fetched already is kept.",
            ) from error

    def _fetch(
        self, client: httpx.Client, name: str, report: Report, cancel: threading.Event
    ) -> Path:
        response = client.get(f"{self.endpoint}/api/models/{name}", params={"blobs": "true"})
        response.raise_for_status()
        revision, files = _listing(response, name)
        target = self.folder / name.replace("/", "--") / revision
        target.mkdir(parents=True, exist_ok=True)
        missing = [file for file in files if not (target / file.name).is_file()]
        _require_space(target, missing)
        total = sum(file.size for file in files)
        done = total - sum(file.size for file in missing)
        for file in missing:
            url = hf_hub_url(name, file.name, revision=revision, endpoint=self.endpoint)
            transfer = _Transfer(client, url, file, target / file.name)
            transfer.run(_Told(f"Fetching {name}", done, total, report, cancel))
            done += file.size
        return target


@dataclass(frozen=True, slots=True)
class _Told:
    """Progress of one file as part of a whole repository's."""

    stage: str
    before: int
    total: int
    report: Report
    cancel: threading.Event

    def tell(self, done: int) -> None:
        if self.cancel.is_set():
            raise Cancelled("The import was stopped; what was fetched is kept.")
        self.report(Progress(self.stage, self.before + done, self.total))


@dataclass(frozen=True, slots=True)
class _Transfer:
    """One file on its way."""

    client: httpx.Client
    url: str
    file: RemoteFile
    target: Path

    def run(self, told: _Told) -> None:
        """Fetch the file, going on after breaks as long as each attempt brings something."""
        self.target.parent.mkdir(parents=True, exist_ok=True)
        draft = self.target.with_name(f"{self.target.name}{UNFINISHED}")
        have = _size(draft)
        while True:
            try:
                self._attempt(draft, told)
                break
            except httpx.TransportError:
                if _size(draft) <= have:
                    raise
                have = _size(draft)
        if _size(draft) != self.file.size or not self.file.is_hash_of(draft):
            draft.unlink()
            raise ModelError(
                f"The file {self.file.name} arrived altered: its hash is not the one that the hub "
                "states.",
                "Try again; if it happens twice, the file on the way is not the file on the hub.",
            )
        draft.replace(self.target)

    def _attempt(self, draft: Path, told: _Told) -> None:
        have = _size(draft)
        told.tell(have)
        if have >= self.file.size > 0:
            return
        with self.client.stream("GET", self.url, headers=_from(have)) as response:
            response.raise_for_status()
            is_rest = response.status_code == PARTIAL
            with draft.open("ab" if is_rest else "wb") as stream:
                for block in response.iter_raw():
                    stream.write(block)
                    told.tell(stream.tell())


def _said(error: Exception) -> str:
    return str(error).rstrip(".") or type(error).__name__


def _from(have: int) -> dict[str, str]:
    return {"range": f"bytes={have}-"} if have else {}


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _listing(response: httpx.Response, name: str) -> tuple[str, list[RemoteFile]]:
    """Give the revision and the files that make a model. Raises ModelError for a strange answer."""
    where = f"the listing of {name}"
    try:
        raw: object = response.json()
    except ValueError as error:
        raise ModelError(f"{where} is no JSON.", CARRY) from error
    table = Table.of(raw, where, ModelError)
    files = [_remote(entry) for entry in table.tables("siblings")]
    chosen = _chosen(files)
    if not any(file.name.endswith(WEIGHTS) for file in chosen):
        raise ModelError(f"The repository {name} holds no weights.", CARRY)
    revision = table.text("sha")
    if not _REVISION.fullmatch(revision):
        raise ModelError(f"{where} states the revision {revision!r}.", CARRY)
    return revision, chosen


def _remote(table: Table) -> RemoteFile:
    name = table.text("rfilename")
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name:
        raise ModelError(f"{table.where} names a file outside its folder: {name!r}.")
    sha256 = None if table.values.get("lfs") is None else table.table("lfs").text("sha256")
    return RemoteFile(name, table.integer("size", least=0), sha256, table.text("blobId"))


def _chosen(files: Sequence[RemoteFile]) -> list[RemoteFile]:
    """Leave out what no import reads: other frameworks' forms, and the older of two forms."""
    modern = {
        PurePosixPath(file.name).parent for file in files if file.name.endswith(".safetensors")
    }
    return [
        file
        for file in files
        if file.name.endswith((*WEIGHTS, *SETTINGS))
        and not PurePosixPath(file.name).name.startswith((".", *NOT_WEIGHTS))
        and not (file.name.endswith(".bin") and PurePosixPath(file.name).parent in modern)
    ]


def _require_space(folder: Path, files: Sequence[RemoteFile]) -> None:
    needed = sum(file.size - _size(folder / f"{file.name}{UNFINISHED}") for file in files)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise ModelError(
            f"Fetching needs {needed / 1e9:.1f} GB in {folder}; {free / 1e9:.1f} GB are free.",
            "Free space there.",
        )
