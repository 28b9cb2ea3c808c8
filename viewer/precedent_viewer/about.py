"""The dialog that says what this program is, and what it is not."""

from importlib.metadata import PackageNotFoundError, version

from PyQt6.QtCore import PYQT_VERSION_STR, QT_VERSION_STR, Qt
from PyQt6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

PURPOSE = "Research and teaching. Not for diagnosis."


def program_version() -> str:
    """Give the installed version."""
    try:
        return version("precedent")
    except PackageNotFoundError:
        return "not installed"


class AboutDialog(QDialog):
    """Name, version, purpose and licence."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("about-dialog")
        self.setWindowTitle("About Precedent")
        self.setMinimumWidth(440)
        title = QLabel("Precedent")
        title.setObjectName("about-title")
        purpose = QLabel(PURPOSE)
        purpose.setObjectName("warning-text")
        words = QLabel(
            "A viewer for DICOM and pathology images that answers questions about the image on "
            "screen from reference cases that you choose. It works without a network; no image "
            "leaves this computer unless you send it somewhere yourself.\n\n"
            "It is not a medical device."
        )
        facts = QLabel(
            f"Version {program_version()}\nQt {QT_VERSION_STR}, PyQt {PYQT_VERSION_STR}\n"
            "Licence: GPL-3.0-or-later"
        )
        facts.setObjectName("muted")
        facts.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 22, 24, 18)
        column.setSpacing(12)
        for label in (title, purpose, words, facts):
            label.setWordWrap(True)
            column.addWidget(label)
        column.addWidget(buttons)
