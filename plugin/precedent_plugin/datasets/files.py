"""Reading the files of a data set: JSON, tables, parquet; pickles never."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from precedent_plugin.errors import DatasetError

MAX_JSON_BYTES: Final = 512 * 1024**2
PICKLES: Final = frozenset({".pkl", ".pickle", ".pt", ".npy", ".joblib"})


def read_json(path: Path) -> Any:
    """Give what a JSON file holds. Raises DatasetError."""
    try:
        if path.stat().st_size > MAX_JSON_BYTES:
            raise DatasetError(f"{path} has more than {MAX_JSON_BYTES // 1024**2} MiB.")
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise unreadable(path, error) from error
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{path} is not JSON ({error}).", "Fetch the file again.") from error


def read_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Give the rows of a JSON list, JSON Lines, CSV, TSV or parquet file, numbered from 1.

    Raises DatasetError when the file is none of these.
    """
    suffix = path.suffix.lower()
    if suffix in PICKLES:
        raise DatasetError(
            f"{path} is a pickle, and reading one runs whatever code is in it.",
            "Convert it to JSON Lines or parquet where it cannot do harm.",
        )
    readers = {
        ".json": _json_rows,
        ".jsonl": _json_lines,
        ".csv": _table_rows,
        ".tsv": _table_rows,
        ".parquet": _parquet_rows,
    }
    if suffix not in readers:
        raise DatasetError(
            f"{path} is no table.", "Give a .csv, .tsv, .json, .jsonl or .parquet file."
        )
    try:
        yield from enumerate(readers[suffix](path), start=1)
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> DatasetError:
    """Say an error of the disk as a user reads it."""
    return DatasetError(
        f"{path} cannot be read ({error.strerror or error}).",
        "Check the path, and that your account may read it.",
    )


def _json_rows(path: Path) -> Iterator[Mapping[str, Any]]:
    found = read_json(path)
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise DatasetError(f"{path} is not a list of objects.", "Fetch the file again.")
    return iter(found)


def _json_lines(path: Path) -> Iterator[Mapping[str, Any]]:
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise DatasetError(f"{path}, line {number} is not JSON.") from error
            if not isinstance(row, dict):
                raise DatasetError(f"{path}, line {number} is not an object.")
            yield row


def _table_rows(path: Path) -> Iterator[Mapping[str, Any]]:
    """Read every cell as text: "None" and "NA" are words, and a field may hold line breaks."""
    csv.field_size_limit(2**24)
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            reader = csv.DictReader(file, delimiter="\t" if path.suffix == ".tsv" else ",")
            for row in reader:
                yield {str(name).strip(): cell for name, cell in row.items() if name is not None}
        except (csv.Error, UnicodeDecodeError) as error:
            raise DatasetError(f"{path} is not a table ({error}).", "Save it as UTF-8.") from error


def _parquet_rows(path: Path) -> Iterator[Mapping[str, Any]]:
    """Read a batch at a time: pictures lie in the rows themselves."""
    import pyarrow  # type: ignore[import-untyped]
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=64):
                yield from batch.to_pylist()
    except pyarrow.ArrowException as error:
        raise DatasetError(f"{path} is not a parquet file ({error}).", "Fetch it again.") from error
