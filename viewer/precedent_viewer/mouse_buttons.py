"""What the mouse buttons and the wheel do: the setting's dialog and its command."""

from collections.abc import Callable, Mapping

from PyQt6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from precedent_viewer.commands import Command, CommandRegistry
from precedent_viewer.panels.fields import add_field, choice_field, choose
from precedent_viewer.parts import Parts
from precedent_viewer.settings import Settings, SettingsStore
from precedent_viewer.tools.base import Button
from precedent_viewer.tools.choice import ToolChoice

TOOL_COMMAND = "tools.use-"
USUAL_WORDS: Mapping[Button, str] = {
    "left": "Window and level",
    "middle": "Usual: pan",
    "right": "Usual: zoom while the left button windows, else window",
    "back": "Usual: nothing",
    "forward": "Usual: nothing",
}
BUTTON_TITLES: Mapping[Button, str] = {
    "left": "Left, at the start", "middle": "Middle", "right": "Right",
    "back": "Thumb, back", "forward": "Thumb, forward",
}  # fmt: skip
WHEEL_CHOICES = (
    ("Scrolls through the images; zooms with Ctrl", "scroll"),
    ("Zooms; scrolls through the images with Ctrl", "zoom"),
)


class MouseDialog(QDialog):
    """One choice for each button and one for the wheel; each holds at once."""

    def __init__(
        self, registry: CommandRegistry, settings: SettingsStore, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("mouse-dialog")
        self.setWindowTitle("Mouse buttons")
        self.setMinimumWidth(500)
        self._settings = settings
        tools = tool_titles(registry)
        self.buttons = {button: self._button_field(button, tools) for button in BUTTON_TITLES}
        self.wheel = choice_field(WHEEL_CHOICES)
        choose(self.wheel, settings.current.wheel)
        self.wheel.currentIndexChanged.connect(lambda _at: self._keep())
        form = QFormLayout()
        form.setSpacing(8)
        for button, title in BUTTON_TITLES.items():
            add_field(form, title, self.buttons[button])
        add_field(form, "Wheel", self.wheel)
        hint = QLabel(
            "Hold a button and drag to use its tool. The tool bar and the keys change the left "
            "button's tool while you work."
        )
        hint.setObjectName("muted")
        hint.setWordWrap(True)
        ends = QDialogButtonBox(
            QDialogButtonBox.StandardButton.RestoreDefaults | QDialogButtonBox.StandardButton.Close
        )
        ends.rejected.connect(self.accept)
        restore = ends.button(QDialogButtonBox.StandardButton.RestoreDefaults)
        if restore is not None:
            restore.setAutoDefault(False)
            restore.clicked.connect(self.restore)
        close = ends.button(QDialogButtonBox.StandardButton.Close)
        if close is not None:
            close.setDefault(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(hint)
        column.addLayout(form)
        column.addStretch(1)
        column.addWidget(ends)

    def _button_field(self, button: Button, tools: Mapping[str, str]) -> QComboBox:
        made = QComboBox()
        if button != "left":
            made.addItem(USUAL_WORDS[button], None)
            made.addItem("Nothing", "")
        for name, title in tools.items():
            made.addItem(title, name)
        usual = "window" if button == "left" else None
        choose(made, self._settings.current.mouse_buttons.get(button, usual))
        made.currentIndexChanged.connect(lambda _at: self._keep())
        return made

    def _keep(self) -> None:
        chosen = {button: field.currentData() for button, field in self.buttons.items()}
        own = {str(button): name for button, name in chosen.items() if name is not None}
        if own["left"] == "window":
            del own["left"]
        self._settings.update(mouse_buttons=own, wheel=self.wheel.currentData())

    def restore(self) -> None:
        """Let everything do the usual again."""
        for button, field in self.buttons.items():
            choose(field, "window" if button == "left" else None)
        choose(self.wheel, "scroll")


def tool_titles(registry: CommandRegistry) -> dict[str, str]:
    """Give every tool that a command chooses: its name and its title."""
    return {
        command.id.removeprefix(TOOL_COMMAND): command.title
        for command in registry.all()
        if command.id.startswith(TOOL_COMMAND)
    }


def attach(parts: Parts) -> None:
    """Add the command and let the buttons follow the settings."""
    start = parts.settings.current.mouse_buttons.get("left")
    if start:
        parts.tools.choose(start)
    follow = _follower(parts.tools)
    follow(parts.settings.current)
    parts.settings.changed.connect(follow)
    parts.registry.add(
        Command("help.edit-mouse", "Mouse buttons…",
                lambda: parts.shell.show_dialog(
                    MouseDialog(parts.registry, parts.settings, parts.window)
                ),
                "Help", None, None, "keyboard", "Choose what each mouse button and the wheel do."),
    )  # fmt: skip


def _follower(tools: ToolChoice) -> Callable[[Settings], None]:
    def follow(settings: Settings) -> None:
        others = settings.mouse_buttons.items()
        tools.assign({button: name for button, name in others if button != "left"})
        tools.wheel_zooms = settings.wheel == "zoom"

    return follow
