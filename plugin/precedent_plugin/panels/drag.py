"""What a dragged case is on the clipboard of a drag: a list of case ids, nothing else."""

import json
from collections.abc import Sequence

from qtpy.QtCore import QMimeData

CASE_MIME = "application/x-precedent-case"
"""JSON `{"ids": [...]}`: ids of cases in the library of this process's user."""

SHOT_MIME = "application/x-precedent-shot"
"""JSON `{"ids": [id]}`: one card of the tray on its way to another place in the tray."""

MAX_IDS = 1000


def mime_of(ids: Sequence[str], kind: str = CASE_MIME) -> QMimeData:
    """Pack case ids for a drag."""
    packed = QMimeData()
    packed.setData(kind, json.dumps({"ids": list(ids)}).encode())
    return packed


def ids_in(mime: QMimeData | None, kind: str = CASE_MIME) -> tuple[str, ...]:
    """Unpack the case ids of a drag; empty when it carries none or is not ours."""
    if mime is None or not mime.hasFormat(kind):
        return ()
    try:
        content = json.loads(bytes(mime.data(kind).data()))
    except ValueError:
        return ()
    ids = content.get("ids") if isinstance(content, dict) else None
    if not isinstance(ids, list):
        return ()
    return tuple(one for one in ids[:MAX_IDS] if isinstance(one, str))
