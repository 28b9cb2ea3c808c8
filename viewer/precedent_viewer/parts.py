"""What a room of the window is given, so that it can add panels, tools, layers and commands.

Each room has one function `attach(parts)`; `app.py` calls them in order and knows nothing else
of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PyQt6.QtWidgets import QDialog, QWidget

from precedent_viewer.active_view import ActiveView
from precedent_viewer.commands import CommandRegistry
from precedent_viewer.frame_loader import FrameLoader
from precedent_viewer.main_window import Area
from precedent_viewer.model.study import StudyTree
from precedent_viewer.notifications import Level
from precedent_viewer.presets import PresetBook
from precedent_viewer.render.looks import ImagePainter
from precedent_viewer.settings import SettingsStore
from precedent_viewer.tasks import TaskRunner
from precedent_viewer.theme import Theme
from precedent_viewer.tools.base import Tool, ToolName
from precedent_viewer.tools.choice import ToolChoice
from precedent_viewer.view import View
from precedent_viewer.views import Views

ToolFactory = Callable[[View], Tool]


class Shell(Protocol):
    """What a room asks of the window; `app.py` provides it."""

    def add_panel(
        self,
        widget: QWidget,
        *,
        title: str,
        object_name: str,
        area: Area = "right",
        shortcut: str | None = None,
        visible: bool = False,
    ) -> None:
        """Give a widget a dock with a switch in the Panels menu."""

    def show_panel(self, object_name: str) -> None:
        """Bring a panel to the front."""

    def add_tool(self, name: ToolName, factory: ToolFactory) -> None:
        """Give every viewport, present and coming, a tool; `ToolChoice` chooses it by name."""

    def notify(self, message: str, hint: str | None = None, level: Level = "info") -> None:
        """Show a sentence."""

    def show_dialog(self, dialog: QDialog) -> None:
        """Open a dialog over the window; it is deleted when it closes."""

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open files and folders in the background."""

    def theme(self) -> Theme:
        """Give the theme that is on."""
        ...

    def on_theme(self, callback: Callable[[Theme], object]) -> None:
        """Call back when another theme is on."""

    def on_opened(self, callback: Callable[[], object]) -> None:
        """Call back when all files of an opening are in the tree."""

    def on_closing(self, callback: Callable[[], object]) -> None:
        """Call back once before the window closes."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The objects of one window."""

    views: Views
    view: ActiveView
    """The viewport that the reader works in."""
    tree: StudyTree
    loader: FrameLoader
    registry: CommandRegistry
    tasks: TaskRunner
    settings: SettingsStore
    tools: ToolChoice
    window: QWidget
    """Parent of dialogs."""
    shell: Shell
    data_folder: Path
    """Where the viewer may keep files of its own."""
    presets: PresetBook
    """The named windows."""
    painter: ImagePainter
    """What makes the pictures of all viewports."""
