"""The one place where objects are built and joined."""

import logging
from collections.abc import Callable, Sequence
from importlib.metadata import EntryPoint
from pathlib import Path

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import QApplication, QDialog, QVBoxLayout, QWidget

from precedent_resources import PrecedentError, resource
from precedent_viewer.about import AboutDialog
from precedent_viewer.active_view import ActiveView
from precedent_viewer.api import ApiParts, Area, ViewerApi
from precedent_viewer.builtin.files import FileActions
from precedent_viewer.builtin.layout import layout_commands
from precedent_viewer.builtin.tools import tool_commands
from precedent_viewer.builtin.view import view_commands
from precedent_viewer.builtin.window import window_commands
from precedent_viewer.builtin.window_frame import FrameActions, frame_commands
from precedent_viewer.cine.attach import attach as attach_cine
from precedent_viewer.commands import CommandRegistry
from precedent_viewer.decoding import HERE, Decoders
from precedent_viewer.extensions import activate_extensions
from precedent_viewer.frame_loader import FrameLoader
from precedent_viewer.graphics import attach as attach_graphics
from precedent_viewer.help.attach import attach as attach_help
from precedent_viewer.image_windows import ImageWindows
from precedent_viewer.linking.attach import attach as attach_linking
from precedent_viewer.main_window import MainWindow
from precedent_viewer.measuring.attach import attach as attach_measuring
from precedent_viewer.memory import process_budget
from precedent_viewer.memory_cap import attach as attach_memory_cap
from precedent_viewer.model.study import Series, StudyTree
from precedent_viewer.model.voi import Window
from precedent_viewer.mouse_buttons import attach as attach_mouse
from precedent_viewer.notifications import Level
from precedent_viewer.opening.opener import Opened, Opener
from precedent_viewer.palette import CommandPalette
from precedent_viewer.panels.hanging.attach import attach as attach_hanging
from precedent_viewer.panels.log import LogPanel, MemoryLog
from precedent_viewer.panels.objects.attach import attach as attach_documents
from precedent_viewer.panels.phase_bar import PhaseBar
from precedent_viewer.panels.presets.attach import attach as attach_presets
from precedent_viewer.panels.studies import StudiesPanel
from precedent_viewer.panels.tags.attach import attach as attach_tags
from precedent_viewer.panels.tags.panel import TagsPanel
from precedent_viewer.panels.volume.attach import attach as attach_volume
from precedent_viewer.parts import Parts, ToolFactory
from precedent_viewer.presets import PresetBook, load_presets, presets_for
from precedent_viewer.render.canvas import Canvas, Tools
from precedent_viewer.render.looks import ImagePainter
from precedent_viewer.responsiveness import keep_collections_short
from precedent_viewer.settings import Settings, SettingsStore, ThemeName
from precedent_viewer.shortcuts import ShortcutDialog
from precedent_viewer.snapshot import snapshot_of
from precedent_viewer.start_page import StartPage
from precedent_viewer.status import StatusStrip
from precedent_viewer.tasks import TaskRunner
from precedent_viewer.theme import Theme, apply_theme, load_theme
from precedent_viewer.thumbnails import Thumbnails
from precedent_viewer.tools.base import ToolName
from precedent_viewer.tools.choice import ToolChoice
from precedent_viewer.tools.lens import LensTool
from precedent_viewer.tools.pan import PanTool
from precedent_viewer.tools.region import RegionTool
from precedent_viewer.tools.scroll import ScrollTool
from precedent_viewer.tools.window_level import WindowTool
from precedent_viewer.tools.zoom import ZoomTool
from precedent_viewer.view import View
from precedent_viewer.views import Views

logger = logging.getLogger(__name__)

ANNOUNCE_MS = 40
"""Extensions hear of a change at most this often; a drag makes hundreds of changes a second."""
SAVE_MS = 500
FEATURES: tuple[Callable[[Parts], None], ...] = (
    attach_linking,
    attach_cine,
    attach_measuring,
    attach_volume,
    attach_documents,
    attach_memory_cap,
    attach_graphics,
    attach_tags,
    attach_hanging,
    attach_presets,
    attach_mouse,
    attach_help,
)
"""The rooms of the window, in the order in which their panels and commands appear."""


class App:
    """One window with everything in it."""

    def __init__(
        self,
        application: QApplication,
        settings: SettingsStore,
        log: MemoryLog,
        extensions: Sequence[EntryPoint] = (),
        *,
        decoders: Decoders = HERE,
    ) -> None:
        self.application = application
        self.settings = settings
        self.tasks = TaskRunner()
        self.tree = StudyTree()
        self.registry = CommandRegistry(settings.current.shortcuts)
        self.memory = process_budget(settings.current.memory_mib)
        self.loader = FrameLoader(
            self.tasks,
            self.memory,
            prefetch_frames=settings.current.prefetch_frames,
            decoders=decoders,
        )
        self.painter = ImagePainter()
        self.views = Views(self.tree, self.loader)
        self.view = ActiveView(self.views)
        self.tools = ToolChoice()
        self.thumbnails = Thumbnails(self.tasks, decoders)
        self.opener = Opener(self.tree, self.tasks)
        self._theme = load_theme(settings.current.theme)
        apply_theme(application, self._theme)
        self.window = MainWindow(self.registry, self._theme)
        self._tool_factories: dict[ToolName, ToolFactory] = {
            "window": WindowTool, "pan": PanTool, "zoom": ZoomTool, "scroll": ScrollTool,
            "region": RegionTool, "lens": LensTool,
        }  # fmt: skip
        self._theme_listeners: list[Callable[[Theme], object]] = []
        self._opened_listeners: list[Callable[[], object]] = []
        self._closing_listeners: list[Callable[[], object]] = []
        self._build_widgets(log)
        self._register_commands()
        self.tags.compare.clicked.connect(lambda: self.registry.run("panels.compare-tags"))
        for attach in FEATURES:
            attach(self._parts(settings.path.parent))
        self.start_page = StartPage(self.registry, self._theme)
        self.window.pages.insertWidget(0, self.start_page)
        self.window.pages.setCurrentIndex(0)
        self.window.menus.build(self.images.main)
        self.api = ViewerApi(ApiParts(self.view, self.registry, self.tasks, self))
        self._announce = _coalesced(self.window, ANNOUNCE_MS, self._tell_extensions)
        self._save = _coalesced(self.window, SAVE_MS, self._save_settings)
        self._connect()
        activate_extensions(
            extensions,
            self.api,
            lambda message, hint: self.notify(message, hint, "warning"),
        )
        self._follow_settings(settings.current)
        self.window.finish_layout(settings.current.geometry, settings.current.layout)
        if settings.problem is not None:
            self.show_error(settings.problem, level="warning")
        self._is_closed = False

    @property
    def canvas(self) -> Canvas:
        """The canvas of the active viewport."""
        return self.images.active

    # What extensions (api.Shell) and rooms of the window (parts.Shell) ask for

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open files and folders in the background; what is on screen stays."""
        absolute = tuple(path.absolute() for path in paths)
        if len(absolute) == 1:
            self.settings.set(self.settings.current.with_recent(absolute[0]))
        self.status.show_message("")
        self.opener.open(absolute)

    def add_panel(
        self,
        widget: QWidget,
        *,
        title: str,
        object_name: str,
        area: Area = "right",
        shortcut: str | None = None,
        visible: bool = True,
    ) -> None:
        """Give a widget a dock."""
        self.window.add_panel(
            widget, title=title, object_name=object_name, area=area, shortcut=shortcut,
            visible=visible,
        )  # fmt: skip

    def show_panel(self, object_name: str) -> None:
        """Bring a panel to the front."""
        for dock in self.window.docks():
            if dock.objectName() == object_name:
                dock.show()
                dock.raise_()

    def add_tool(self, name: ToolName, factory: ToolFactory) -> None:
        """Give every viewport, present and coming, a tool."""
        self._tool_factories[name] = factory
        for canvas in self.images.canvases:
            canvas.add_tool(name, factory)

    def show_dialog(self, dialog: QDialog) -> None:
        """Open a dialog over the window; it is deleted when it closes."""
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def theme(self) -> Theme:
        """Give the theme that is on."""
        return self._theme

    def on_theme(self, callback: Callable[[Theme], object]) -> None:
        """Call back when another theme is on."""
        self._theme_listeners.append(callback)

    def on_opened(self, callback: Callable[[], object]) -> None:
        """Call back when all files of an opening are in the tree."""
        self._opened_listeners.append(callback)

    def on_closing(self, callback: Callable[[], object]) -> None:
        """Call back once before the window closes."""
        self._closing_listeners.append(callback)

    def notify(self, message: str, hint: str | None = None, level: Level = "info") -> None:
        """Show a sentence: information in the status strip, the rest above the image."""
        if level == "info":
            self.status.show_message(message if hint is None else f"{message} {hint}")
            return
        self.window.notifications.post(message, hint, level=level)

    def show_error(self, error: PrecedentError, *, level: Level = "error") -> None:
        """Show an error of ours."""
        self.notify(error.message, error.hint, level)

    def close_all(self) -> None:
        """Close every study."""
        self.opener.forget()
        self.views.clear()
        self.loader.forget()
        self.thumbnails.forget()
        self.tree.clear()
        self.window.pages.setCurrentWidget(self.start_page)
        self.window.notifications.clear()
        self.registry.refreshed.emit()

    @property
    def is_quiet(self) -> bool:
        """Whether the list is filled and the screen shows what is wanted."""
        own = self.tasks.is_quiet("paint", "frames", "thumbnails", "files", "general")
        is_loaded = self.loader.is_quiet and not self.opener.is_busy
        return own and is_loaded and self.images.is_current

    def close(self) -> None:
        """Save, tell the extensions, end the threads. Safe to call twice."""
        if self._is_closed:
            return
        self._is_closed = True
        self.api.close()
        for callback in self._closing_listeners:
            callback()
        geometry, layout = self.window.layout_texts()
        self.settings.update(
            geometry=geometry, layout=layout, shortcuts=self.registry.user_shortcuts()
        )
        self.images.close_second()
        self.tasks.close()
        self.opener.forget()
        try:
            self.settings.save()
        except PrecedentError as error:
            logger.error("The settings were not saved: %s", error)

    # Building

    def _build_widgets(self, log: MemoryLog) -> None:
        view, theme = self.view, self._theme
        self.images = ImageWindows(self.views, self.tree, self._make_canvas, theme)
        self.studies = StudiesPanel(self.tree, view, self.thumbnails, theme)
        self.tags = TagsPanel(view, self.tasks)
        self.log_panel = LogPanel(log)
        self.image_page = _stacked(self.images.main, PhaseBar(view))
        self.window.pages.addWidget(self.image_page)
        add = self.window.add_panel
        add(self.studies, title="Studies", object_name="studies", area="left", shortcut="F7")
        add(self.tags, title="Tags", object_name="tags", area="right", shortcut="T", visible=False)
        add(self.log_panel, title="Log", object_name="log", area="bottom", shortcut="F12",
            visible=False)  # fmt: skip
        self.palette = CommandPalette(self.registry, theme, self.window)
        self.window.on_resized = self.palette.dismiss_if_open
        self.status = StatusStrip(view, self.opener)
        self.window.setStatusBar(self.status)
        shipped = load_presets(resource("presets", "windows.json"))
        self.presets = PresetBook(self.settings.path.parent, shipped)

    def _make_canvas(self, view: View) -> Canvas:
        tools = Tools({}, self.tools)
        canvas = Canvas(view, tools, self.tasks, self._theme, painter=self.painter)
        for name, factory in self._tool_factories.items():
            canvas.add_tool(name, factory)
        settings = self.settings.current
        canvas.show_overlay, canvas.show_patient = settings.show_overlay, settings.show_patient
        canvas.show_layers = settings.show_layers
        return canvas

    def _parts(self, folder: Path) -> Parts:
        return Parts(
            self.views, self.view, self.tree, self.loader, self.registry, self.tasks,
            self.settings, self.tools, self.window, self, folder, self.presets, self.painter,
        )  # fmt: skip

    def _register_commands(self) -> None:
        files = FileActions(self.window, self.open_paths, self.settings, self.opener)
        actions = FrameActions(
            show_palette=self.palette.open,
            edit_shortcuts=lambda: self.show_dialog(
                ShortcutDialog(self.registry, self._theme, self.window)
            ),
            show_about=lambda: self.show_dialog(AboutDialog(self.window)),
            focus_image=lambda: self.canvas.setFocus(Qt.FocusReason.ShortcutFocusReason),
            focus_series=lambda: self.studies.list.setFocus(Qt.FocusReason.ShortcutFocusReason),
            reset_layout=self.window.reset_layout,
            toggle_full_screen=self._toggle_full_screen,
            is_full_screen=self.window.isFullScreen,
            toggle_second=lambda: self.images.toggle_second(self.window),
            is_second_open=lambda: self.images.is_second_open,
        )
        self.registry.add(*files.commands(self.close_all, self._has_anything))
        self.registry.add(*view_commands(self.view))
        self.registry.add(*layout_commands(self.views))
        self.registry.add(*window_commands(self.view, self._current_presets))
        self.registry.add(*tool_commands(self.view, self.tools))
        self.registry.add(*frame_commands(actions, self.settings))

    def _connect(self) -> None:
        view, refresh = self.view, self.window.menus.refresh_soon
        self.tree.series_added.connect(self._show_first)
        for signal in (
            view.pixels_changed, view.grey_changed, view.region_changed,
            self.tools.changed, view.turned, view.series_changed, self.views.layout_changed,
        ):  # fmt: skip
            signal.connect(lambda *_args: refresh(), max_args=1)
        for signal in (
            view.frame_changed, view.pixels_changed, view.grey_changed, view.region_changed,
            view.turned,
        ):  # fmt: skip
            signal.connect(lambda *_args: self._announce.start(), max_args=1)
        view.series_changed.connect(self._name_window)
        self.opener.finished.connect(self._opened)
        self.opener.progressed.connect(self._settle)
        self.opener.failed.connect(self.show_error)
        self.registry.failed.connect(self.show_error)
        self.registry.shortcut_changed.connect(lambda _id, _keys: self._save.start())
        self.settings.changed.connect(self._follow_settings)
        self.settings.changed.connect(lambda _settings: self._save.start())
        self.window.dropped.connect(self.open_paths)
        self.window.closing.connect(self.close)
        self.images.opened_or_closed.connect(refresh)
        self.images.pointed.connect(self.status.show_point)

    # Following

    def _show_first(self, series: Series) -> None:
        """Show the first series that comes when nothing is shown; never take the place of one."""
        if self.view.series is None:
            self.view.show_series(series)
            self.window.pages.setCurrentWidget(self.image_page)
            self.canvas.setFocus()

    def _opened(self, opened: Opened) -> None:
        if opened.images == 0 and not opened.cancelled:
            what = opened.paths[0].name if len(opened.paths) == 1 else "what was opened"
            hint = self._why_nothing(opened)
            self.notify(f"No image was found in {what}.", hint, "warning")
        elif opened.refused:
            count = "1 file" if opened.refused == 1 else f"{opened.refused} files"
            self.notify(f"{count} cannot be shown.", "The list at the left says why.", "info")
        for callback in self._opened_listeners:
            callback()
        self.registry.refreshed.emit()
        self.api.files_opened.emit(opened.paths)

    def _why_nothing(self, opened: Opened) -> str:
        if not opened.refused:
            return "Choose a folder with DICOM files or pictures."
        reasons = {one.path: one.reason for one in self.tree.refused}
        if opened.refused == 1 and opened.paths[0] in reasons:
            return reasons[opened.paths[0]]
        return "The list at the left says why for each file."

    def _settle(self, progress: object) -> None:
        self.thumbnails.is_settled = progress is None
        if progress is None:
            keep_collections_short()
            self.studies.list.update()
            self.studies.refresh()

    def _follow_settings(self, settings: Settings) -> None:
        if settings.theme != self._theme.name:
            self._change_theme(settings.theme)
        for canvas in self.images.canvases:
            canvas.show_overlay = settings.show_overlay
            canvas.show_layers = settings.show_layers
            canvas.show_patient = settings.show_patient
            canvas.update()
        if self.studies.model.show_patient != settings.show_patient:
            self.studies.show_patient(settings.show_patient)
        self.start_page.set_recent(
            [
                (Path(text), f"file.open-recent-{number}")
                for number, text in enumerate(settings.recent_paths, 1)
            ]
        )
        self.window.menus.refresh_soon()

    def _change_theme(self, name: ThemeName) -> None:
        self._theme = load_theme(name)
        apply_theme(self.application, self._theme)
        for part in (self.window, self.images, self.studies, self.start_page, self.palette):
            part.set_theme(self._theme)
        for callback in self._theme_listeners:
            callback(self._theme)
        self.api.theme_changed.emit(name)

    def _name_window(self, series: Series | None) -> None:
        # The patient's name stays out of the title: it is seen in task lists and shared screens.
        self.window.setWindowTitle("Precedent" if series is None else f"{series.title} - Precedent")

    def _tell_extensions(self) -> None:
        self.api.view_changed.emit(snapshot_of(self.view.current))

    def _save_settings(self) -> None:
        self.settings.update(shortcuts=self.registry.user_shortcuts())
        self.tasks.run(
            self.settings.save, on_result=lambda _done: None, on_error=self.show_error,
            pool="settings",
        )  # fmt: skip

    def _current_presets(self) -> tuple[Window, ...]:
        frame, pixels = self.view.frame, self.view.pixels
        if frame is None:
            return ()
        windows = () if pixels is None else pixels.windows
        body_part = frame.instance.description.body_part
        return presets_for(self.presets.presets, frame.instance.modality, windows, body_part)

    def _has_anything(self) -> bool:
        return bool(self.tree.studies) or bool(self.tree.refused)

    def _toggle_full_screen(self) -> None:
        if self.window.isFullScreen():
            self.window.showNormal()
        else:
            self.window.showFullScreen()


def _stacked(*parts: QWidget) -> QWidget:
    """Give a page of widgets one below the other; the first takes the room."""
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for number, part in enumerate(parts):
        column.addWidget(part, 0 if number else 1)
    return page


def _coalesced(parent: QWidget, delay_ms: int, function: Callable[[], None]) -> QTimer:
    """Give a timer that calls once after a burst of `start`s."""
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(delay_ms)
    timer.timeout.connect(function)
    return timer
