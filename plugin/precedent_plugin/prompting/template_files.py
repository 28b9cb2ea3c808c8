"""A user's prompt templates: one TOML file for each model, over what the model's profile says.

The file may hold some of the texts only; the others stay the model's own. The engine checks them by
the rules of the profile, with every question.
"""

import json
import secrets
import tomllib
from pathlib import Path
from typing import Final
from urllib.parse import quote

from precedent_inference.templates import TemplateChanges, Templates
from precedent_plugin.errors import TemplateError

NAMES: Final = ("preamble", "shot", "query", "rationale_shot", "rationale_query")
MAX_BYTES: Final = 64 * 1024
HEADING: Final = """\
# How Precedent writes prompts for this model. A text that is left out is the model's own.
# {question}, {answer} and {rationale} are filled in; write a plain brace twice.
# Each turn holds the model's image token once; `query` ends where the answer begins.
"""


def templates_folder(library: Path) -> Path:
    """Give the folder of the templates that belong to a library's folder; it may not exist yet."""
    return library / "templates"


class TemplateFiles:
    """The user's templates. Files are read anew with each question, so an edit counts at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, model: str) -> Path:
        """Give where a model's file is, or would be."""
        return self.folder / f"{quote(model, safe=' ')}.toml"

    def read(self, model: str) -> TemplateChanges | None:
        """Give what the user wrote for a model, None when there is no file.

        Raises TemplateError when it cannot be read or holds something else.
        """
        path = self.path(model)
        try:
            if path.stat().st_size > MAX_BYTES:
                raise _wrong(path, f"it has more than {MAX_BYTES // 1024} kB")
            raw = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise _wrong(path, str(error)) from error
        for name, text in raw.items():
            if name not in NAMES:
                raise _wrong(path, f"it has no use for {name!r}")
            if not isinstance(text, str):
                raise _wrong(path, f"{name} is not a text")
        return TemplateChanges(**raw)

    def write(self, model: str, changes: TemplateChanges) -> Path:
        """Keep what the user wrote for a model, whole or not at all. Raises TemplateError."""
        path = self.path(model)
        lines = [f"{name} = {_quoted(text)}" for name, text in changes.changed.items()]
        draft = path.with_suffix(f".{secrets.token_hex(4)}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                draft.write_text("\n".join([HEADING, *lines, ""]), encoding="utf-8")
                draft.replace(path)
            finally:
                draft.unlink(missing_ok=True)
        except OSError as error:
            raise TemplateError(
                f"The templates cannot be written to {path}: {error.strerror}.",
                "Free some space or choose another folder.",
            ) from error
        return path

    def begin(self, model: str, own: Templates) -> Path:
        """Give the file to edit; one that is not there begins with the model's own texts."""
        if self.read(model) is None:
            self.write(model, TemplateChanges(**{name: getattr(own, name) for name in NAMES}))
        return self.path(model)

    def remove(self, model: str) -> None:
        """Go back to the model's own templates. Raises TemplateError."""
        try:
            self.path(model).unlink(missing_ok=True)
        except OSError as error:
            raise TemplateError(
                f"{self.path(model)} cannot be removed: {error.strerror}.", "Remove it by hand."
            ) from error


def _quoted(text: str) -> str:
    """Give a text as a TOML basic string: JSON's, which leaves one control character as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _wrong(path: Path, reason: str) -> TemplateError:
    return TemplateError(
        f"The templates in {path.name} cannot be used: {reason}.",
        "Correct the file, or remove it to go back to the model's own.",
    )
