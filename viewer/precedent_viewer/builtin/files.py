"""Commands of the File menu, and the dialogs they open."""

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtWidgets import QFileDialog, QWidget

from precedent_resources import resource
from precedent_viewer.commands import Command
from precedent_viewer.opening.opener import Opener
from precedent_viewer.settings import RECENT_LIMIT, SettingsStore

OpenPaths = Callable[[tuple[Path, ...]], None]
FILTERS = (
    "All files (*)",
    "DICOM (*.dcm *.dicom *.ima *.img)",
    "Discs and archives (DICOMDIR dicomdir *.zip)",
    "Volumes (*.nii *.nii.gz *.nrrd *.nhdr *.mha *.mhd *.hdr)",
    "Pictures (*.png *.jpg *.jpeg *.tif *.tiff)",
)
"""All files come first, because many DICOM files have no suffix."""


class FileActions:
    """What the File menu does."""

    def __init__(
        self, parent: QWidget, open_paths: OpenPaths, settings: SettingsStore, opener: Opener
    ) -> None:
        self._parent = parent
        self._open_paths = open_paths
        self._settings = settings
        self._opener = opener

    def commands(
        self, close_all: Callable[[], None], has_study: Callable[[], bool]
    ) -> tuple[Command, ...]:
        """Give the commands of the File menu."""
        return (
            Command("file.open-files", "Open files…", self.choose_files, "File", "Ctrl+O", None,
                    "open", "Open DICOM files, discs, archives, volumes or pictures."),
            Command("file.open-folder", "Open folder…", self.choose_folder, "File",
                    "Ctrl+Shift+O", None, "folder",
                    "Open everything in a folder and the folders in it."),
            Command("file.open-sample", "Open the sample study", self.open_sample, "File", None,
                    None, "study", "Open the study that came with the viewer; no real patient."),
            *(self._recent(number) for number in range(1, RECENT_LIMIT + 1)),
            Command("file.stop-opening", "Stop opening", self._opener.cancel, "File", None,
                    lambda: self._opener.is_busy, "stop",
                    "Stop looking for images; what was found stays.", group=1),
            Command("file.close-all", "Close all", close_all, "File", "Ctrl+W", has_study,
                    "close", "Close every study.", group=1),
            Command("file.quit-application", "Quit", self._quit, "File", "Ctrl+Q", None, None,
                    "Close the window.", group=2),
        )  # fmt: skip

    def choose_files(self) -> None:
        """Ask for files and open them."""
        names, _ = QFileDialog.getOpenFileNames(
            self._parent, "Open files", self._start_folder(), ";;".join(FILTERS)
        )
        if names:
            self._open_paths(tuple(Path(name) for name in names))

    def choose_folder(self) -> None:
        """Ask for a folder and open it."""
        name = QFileDialog.getExistingDirectory(self._parent, "Open folder", self._start_folder())
        if name:
            self._open_paths((Path(name),))

    def open_sample(self) -> None:
        """Open the study in resources."""
        self._open_paths((resource("samples", "study"),))

    def _start_folder(self) -> str:
        recent = self._settings.current.recent_paths
        return str(Path(recent[0]).parent) if recent else str(Path.home())

    def _recent(self, number: int) -> Command:
        def path() -> Path | None:
            recent = self._settings.current.recent_paths
            return Path(recent[number - 1]) if number <= len(recent) else None

        def open_it() -> None:
            wanted = path()
            if wanted is not None:
                self._open_paths((wanted,))

        def label() -> str:
            wanted = path()
            return f"Recent {number}" if wanted is None else str(wanted)

        return Command(
            f"file.open-recent-{number}", f"Recent {number}", open_it, "File/Open recent", None,
            lambda: path() is not None, None, "Open what was opened before.", label=label,
        )  # fmt: skip

    def _quit(self) -> None:
        self._parent.close()
