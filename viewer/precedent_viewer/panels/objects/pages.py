"""Encapsulated PDF documents as pages."""

from PyQt6.QtCore import QBuffer, QByteArray, QIODevice
from PyQt6.QtPdf import QPdfDocument
from PyQt6.QtPdfWidgets import QPdfView
from PyQt6.QtWidgets import QVBoxLayout, QWidget


class Pages(QWidget):
    """Shows a document out of memory; nothing of it is written to a disk."""

    def __init__(self) -> None:
        super().__init__()
        self.document = QPdfDocument(self)
        self._buffer = QBuffer(self)
        self.view = QPdfView(self)
        self.view.setAccessibleName("Pages of the document")
        self.view.setPageMode(QPdfView.PageMode.MultiPage)
        self.view.setZoomMode(QPdfView.ZoomMode.FitToWidth)
        self.view.setDocument(self.document)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)

    def show_pdf(self, content: bytes) -> str | None:
        """Show a document; gives a sentence when it cannot be shown."""
        self.document.close()
        self._buffer.close()
        self._buffer.setData(QByteArray(content))
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        self.document.load(self._buffer)
        if self.document.error() == QPdfDocument.Error.IncorrectPassword:
            return "The PDF is locked with a password."
        if self.document.pageCount() < 1:
            return "The PDF is broken or has no pages."
        return None
