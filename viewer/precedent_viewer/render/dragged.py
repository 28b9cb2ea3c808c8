"""A series on its way from the list to a viewport."""

from PyQt6.QtCore import QMimeData

SERIES_MIME = "application/x-precedent-series"


def series_mime(uid: str) -> QMimeData:
    """Pack a series' uid for a drag inside the window."""
    data = QMimeData()
    data.setData(SERIES_MIME, uid.encode())
    return data


def dragged_series(data: QMimeData | None) -> str | None:
    """Give the uid of the series that is dragged, None when something else is."""
    if data is None or not data.hasFormat(SERIES_MIME):
        return None
    return bytes(data.data(SERIES_MIME).data()).decode()
