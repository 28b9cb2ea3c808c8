"""The command palette: type a few letters of what you want, press Return."""

from PyQt6.QtCore import QEvent, QModelIndex, QObject, QRect, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QKeyEvent, QKeySequence, QPainter
from PyQt6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from precedent_viewer.commands import Command, CommandRegistry
from precedent_viewer.fuzzy import rank
from precedent_viewer.theme import Theme, icon_pixmap

COMMAND_ROLE = Qt.ItemDataRole.UserRole
WIDTH_PX = 620
SHOWN_ROWS = 9
ROW_PX = 46


class CommandPalette(QFrame):
    """A list of all commands over the window, filtered while typing."""

    def __init__(self, registry: CommandRegistry, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("command-palette")
        self._registry = registry
        self._recent: list[str] = []
        self.field = QLineEdit()
        self.field.setObjectName("palette-field")
        self.field.setPlaceholderText("Type a command")
        self.field.setAccessibleName("Command to run")
        self.field.textChanged.connect(self._filter)
        self.field.installEventFilter(self)
        self.list = QListWidget()
        self.list.setObjectName("palette-list")
        self.list.setAccessibleName("Matching commands")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.list.itemClicked.connect(lambda _item: self.accept())
        self._delegate = _RowDelegate(registry, theme, self.list)
        self.list.setItemDelegate(self._delegate)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 10)
        column.setSpacing(8)
        column.addWidget(self.field)
        column.addWidget(self.list)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme."""
        self._delegate.theme = theme

    def open(self) -> None:
        """Show the palette over the parent with an empty field."""
        self.field.clear()
        self._filter("")
        self._place()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def accept(self) -> None:
        """Run the selected command and close. A disabled one keeps the palette open."""
        item = self.list.currentItem()
        command = None if item is None else item.data(COMMAND_ROLE)
        if not isinstance(command, Command) or not command.is_enabled:
            return
        self.dismiss()
        self._recent = [command.id, *(one for one in self._recent if one != command.id)][:5]
        self._registry.run(command.id)

    def dismiss(self) -> None:
        """Close without running anything and give the focus back."""
        self.hide()
        parent = self.parentWidget()
        if parent is not None:
            parent.setFocus(Qt.FocusReason.PopupFocusReason)

    def dismiss_if_open(self) -> None:
        """Close when the window under it changes its size."""
        if self.isVisible():
            self.hide()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Move the selection from the field; close on Escape or when the focus leaves."""
        if event is None or watched is not self.field:
            return False
        if event.type() == QEvent.Type.FocusOut:
            self.hide()
            return False
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1,
                 Qt.Key.Key_PageDown: SHOWN_ROWS, Qt.Key.Key_PageUp: -SHOWN_ROWS}  # fmt: skip
        key = Qt.Key(event.key())
        if key in steps:
            self._move(steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accept()
        elif key == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            return False
        return True

    def _move(self, step: int) -> None:
        count = self.list.count()
        if count == 0:
            return
        row = self.list.currentRow() + step
        single = abs(step) == 1
        self.list.setCurrentRow(row % count if single else min(max(row, 0), count - 1))

    def _filter(self, pattern: str) -> None:
        commands = self._registry.all()
        found = rank(pattern, commands, lambda one: f"{_area(one)} {one.text}")
        if not pattern.strip():
            recent = [one for wanted in self._recent for one in commands if one.id == wanted]
            found = [*recent, *(one for one in found if one not in recent)]
        found.sort(key=lambda one: not one.is_enabled)
        self.list.clear()
        for command in found:
            item = QListWidgetItem(command.text)
            item.setData(COMMAND_ROLE, command)
            item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, command.doc)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self._place()

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is None:
            return
        width = min(WIDTH_PX, parent.width() - 40)
        rows = min(max(self.list.count(), 1), SHOWN_ROWS)
        self.list.setFixedHeight(rows * ROW_PX + 2)
        height = self.sizeHint().height()
        self.setGeometry((parent.width() - width) // 2, 64, width, height)


class _RowDelegate(QStyledItemDelegate):
    """Draws a command: icon, title and explanation on the left, keys on the right."""

    def __init__(self, registry: CommandRegistry, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._registry = registry
        self.theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """Give every row the same height."""
        return QSize(100, ROW_PX)

    def paint(
        self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex
    ) -> None:
        """Draw one row."""
        command = index.data(COMMAND_ROLE)
        if painter is None or not isinstance(command, Command):
            return
        theme, row = self.theme, option.rect
        enabled = command.is_enabled
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setBrush(QColor(theme.selection))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawRoundedRect(row, 6, 6)
        color = theme.text if enabled else theme.text_disabled
        if command.icon is not None:
            device = painter.device()
            ratio = 1.0 if device is None else device.devicePixelRatioF()
            pixmap = icon_pixmap(command.icon, color, 18, ratio)
            painter.drawPixmap(row.left() + 12, row.center().y() - 8, pixmap)
        painter.setFont(option.font)
        keys_width = self._paint_keys(painter, option, command)
        left = row.left() + 42
        width = row.right() - left - keys_width - 22
        upper = QRect(left, row.top() + 5, width, 20)
        lower = QRect(left, row.top() + 23, width, 18)
        metrics = painter.fontMetrics()
        words = metrics.elidedText(
            f"{_area(command)}: {command.text}", Qt.TextElideMode.ElideRight, width
        )
        painter.setPen(QColor(color))
        painter.drawText(upper, Qt.AlignmentFlag.AlignVCenter, words)
        painter.setFont(_smaller(option.font))
        painter.setPen(QColor(theme.text_muted if enabled else theme.text_disabled))
        doc = painter.fontMetrics().elidedText(command.doc, Qt.TextElideMode.ElideRight, width)
        painter.drawText(lower, Qt.AlignmentFlag.AlignVCenter, doc)
        painter.restore()

    def _paint_keys(self, painter: QPainter, option: QStyleOptionViewItem, command: Command) -> int:
        keys = self._registry.shortcuts_of(command.id)[:1]
        if not keys:
            return 0
        text = QKeySequence(keys[0]).toString(QKeySequence.SequenceFormat.NativeText)
        painter.setFont(_smaller(option.font))
        width = painter.fontMetrics().horizontalAdvance(text) + 16
        box = QRect(option.rect.right() - width - 10, option.rect.center().y() - 11, width, 22)
        painter.setPen(QColor(self.theme.border_strong))
        painter.setBrush(QColor(self.theme.raised))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(QColor(self.theme.text_muted))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        painter.setFont(option.font)
        return width


def _area(command: Command) -> str:
    return (command.menu or command.id.partition(".")[0].capitalize()).split("/", 1)[0]


def _smaller(font: QFont) -> QFont:
    small = QFont(font)
    small.setPointSizeF(max(font.pointSizeF() * 0.88, 7.5))
    return small
