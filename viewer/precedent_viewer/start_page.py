"""What the window shows before anything is open: what to do first, and what was open last."""

from collections.abc import Sequence
from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from precedent_viewer.commands import CommandRegistry
from precedent_viewer.theme import Theme, icon, icon_pixmap
from precedent_viewer.words import label, tool_tip

SHOWN_RECENT = 5
BUTTONS = ("file.open-files", "file.open-folder", "file.open-sample")


class StartPage(QWidget):
    """Three buttons and the recent places; files may be dropped anywhere on the window."""

    def __init__(
        self, registry: CommandRegistry, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("start-page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._registry = registry
        self._symbol = QLabel()
        self._symbol.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._title = QLabel("Open a study to begin")
        self._title.setObjectName("start-title")
        self._words = QLabel(
            "Drop DICOM files, folders, archives, volumes\n"
            "or pictures anywhere on this window.\n"
            "Nothing leaves this computer."
        )
        self._words.setObjectName("start-words")
        for words in (self._title, self._words):
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.buttons = [self._button(command_id) for command_id in BUTTONS]
        self._recent = QVBoxLayout()
        self._recent.setSpacing(2)
        self._recent_title = QLabel("Opened before")
        self._recent_title.setObjectName("section")
        self._lay_out()
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme."""
        ratio = self.devicePixelRatioF()
        self._symbol.setPixmap(icon_pixmap("study", theme.overlay_muted, 56, ratio))
        for button, command_id in zip(self.buttons, BUTTONS, strict=True):
            name = self._registry.get(command_id).icon
            if name is not None:
                is_primary = command_id == BUTTONS[0]
                color = theme.accent_text if is_primary else theme.text
                button.setIcon(icon(name, theme, color))

    def set_recent(self, recent: Sequence[tuple[Path, str]]) -> None:
        """List recent places: each a path and the id of the command that opens it."""
        while self._recent.count():
            item = self._recent.takeAt(0)
            widget = None if item is None else item.widget()
            if widget is not None:
                widget.deleteLater()
        self._recent_title.setVisible(bool(recent))
        for path, command_id in recent[:SHOWN_RECENT]:
            button = QPushButton(label(short_path(path)))
            button.setObjectName("recent")
            button.setToolTip(tool_tip(str(path)))
            button.setAccessibleName(f"Open {path}")
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            button.clicked.connect(lambda _on, wanted=command_id: self._registry.run(wanted))
            self._recent.addWidget(button)

    def _button(self, command_id: str) -> QPushButton:
        command = self._registry.get(command_id)
        button = QPushButton(f"  {command.title.rstrip('…')}")
        button.setObjectName("start-button")
        button.setProperty("primary", command_id == BUTTONS[0])
        button.setAccessibleName(command.title.rstrip("…"))
        button.setToolTip(command.doc)
        button.setAccessibleDescription(command.doc)
        button.clicked.connect(lambda: self._registry.run(command_id))
        return button

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(10)
        for button in self.buttons:
            row.addWidget(button)
        middle = QVBoxLayout()
        middle.setSpacing(0)
        middle.addStretch(3)
        middle.addWidget(self._symbol)
        middle.addSpacing(18)
        middle.addWidget(self._title)
        middle.addSpacing(8)
        middle.addWidget(self._words)
        middle.addSpacing(28)
        middle.addLayout(row)
        middle.addSpacing(32)
        middle.addWidget(self._recent_title)
        middle.addSpacing(6)
        middle.addLayout(self._recent)
        middle.addStretch(4)
        sides = QHBoxLayout(self)
        sides.addStretch(1)
        sides.addLayout(middle)
        sides.addStretch(1)


def short_path(path: Path, limit: int = 60) -> str:
    """Write a path in few letters: its name first, then as much of its folder as fits."""
    folder, name = str(path.parent), path.name
    if len(name) > limit - 8:
        half = (limit - 9) // 2
        name = f"{name[:half]}…{name[-half:]}"
    room = limit - len(name)
    if len(folder) > room:
        folder = "…" + folder[-max(room, 8) :]
    return f"{name}    {folder}"
