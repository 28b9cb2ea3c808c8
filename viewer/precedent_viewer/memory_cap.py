"""The command by which the reader caps the memory of the viewer."""

from PyQt6.QtWidgets import QInputDialog

from precedent_viewer.commands import Command
from precedent_viewer.memory import MIB, cap_of
from precedent_viewer.parts import Parts
from precedent_viewer.settings import LEAST_MEMORY_MIB, MOST_MEMORY_MIB, Settings

STEP_MIB = 256


def attach(parts: Parts) -> None:
    """Add the command, and let the budget follow the setting."""
    parts.registry.add(
        Command(
            "file.set-memory-cap", "Memory cap…", lambda: _ask(parts), "File", None, None, None,
            "Set how much memory the viewer may take for images. A quarter of the machine's "
            "memory unless it was changed.",
        )
    )  # fmt: skip
    parts.settings.changed.connect(lambda settings: _follow(parts, settings))


def _ask(parts: Parts) -> None:
    budget = parts.loader.memory
    dialog = QInputDialog(parts.window)
    dialog.setObjectName("memory-cap")
    dialog.setInputMode(QInputDialog.InputMode.IntInput)
    dialog.setWindowTitle("Memory cap")
    dialog.setLabelText(
        f"Most memory the viewer may take, in MiB.\nImages use "
        f"{parts.loader.used_bytes // MIB:,} MiB now; a quarter of this machine's memory is "
        f"{cap_of(0) // MIB:,} MiB."
    )
    dialog.setIntRange(LEAST_MEMORY_MIB, MOST_MEMORY_MIB)
    dialog.setIntStep(STEP_MIB)
    dialog.setIntValue(budget.cap_bytes // MIB)
    dialog.intValueSelected.connect(lambda mib: parts.settings.update(memory_mib=mib))
    parts.shell.show_dialog(dialog)


def _follow(parts: Parts, settings: Settings) -> None:
    wanted = cap_of(settings.memory_mib)
    if wanted != parts.loader.memory.cap_bytes:
        parts.loader.memory.set_cap(wanted)
