"""A casebook as one page for a browser: read-only, without a script, complete in itself."""

import base64
from pathlib import Path
from typing import Final

from jinja2 import Environment, StrictUndefined

from precedent_plugin.cases import Case
from precedent_plugin.errors import CasebookError
from precedent_plugin.exchange import shared_casebook
from precedent_plugin.library import CaseLibrary
from precedent_plugin.report import DISCLAIMER
from precedent_plugin.safe_file import write_whole
from precedent_resources import resource

TEMPLATE: Final = "casebook.html"


def write_page(library: CaseLibrary, casebook_id: str, path: Path) -> None:
    """Write a casebook into one HTML file. May wait. Raises CasebookError, LibraryError."""
    shared = shared_casebook(library, casebook_id)
    # Every word is escaped by the environment; pictures are the only thing put in as they are.
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    page = environment.from_string(resource("pages", TEMPLATE).read_text("utf-8")).render(
        casebook=shared.casebook,
        cases=shared.cases,
        picture=lambda case: data_url(library, case),
        disclaimer=DISCLAIMER,
    )
    try:
        write_whole(path, page.encode())
    except OSError as error:
        raise CasebookError(
            f"{path} cannot be written ({error.strerror or error}).",
            "Check the path and the space left.",
        ) from error


def data_url(library: CaseLibrary, case: Case) -> str:
    """Give a case's first picture as an address that needs no other file."""
    return f"data:image/png;base64,{base64.b64encode(library.image(case.images[0])).decode()}"
