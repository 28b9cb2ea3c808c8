"""The library: casebooks, their cases with lazy pictures, search, editing, trash and exchange."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from qtpy.QtCore import QModelIndex, QPoint, QSize, Qt, QTimer
from qtpy.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent
from qtpy.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from precedent_plugin.bulk_edit import BulkEdit
from precedent_plugin.cases import Case, Casebook, CaseLink
from precedent_plugin.library import LibraryChange
from precedent_plugin.panels.bulk_form import BulkForm
from precedent_plugin.panels.case_editor import CaseEditor
from precedent_plugin.panels.case_list import CaseView
from precedent_plugin.panels.case_menu import CaseActs, Chosen, selection_menu
from precedent_plugin.panels.case_model import CaseModel
from precedent_plugin.panels.casebook_menu import CasebookMenu
from precedent_plugin.panels.choice import Choice
from precedent_plugin.panels.desk import Desk
from precedent_plugin.panels.erase_form import EraseForm
from precedent_plugin.panels.facts import counted
from precedent_plugin.panels.follow import follow
from precedent_plugin.panels.icons import icon
from precedent_plugin.panels.keys import KeyKeeper
from precedent_plugin.panels.look import Panel, Tones
from precedent_plugin.panels.pictures import image_of_png
from precedent_plugin.panels.words import Column, Line, Paragraph

ALL, TRASH = "all", "trash"
TYPED_MS = 150
"""A search starts when the reader has paused this long."""


class LibraryPanel(Panel):
    """One page lists the cases of a casebook, the other edits one case."""

    def __init__(
        self,
        desk: Desk,
        *,
        open_sample: Callable[[], None],
        find_like: Callable[[Sequence[str]], None],
    ) -> None:
        """`open_sample` imports the sample casebook; offered while the library is empty.

        find_like: suggests more cases like some.
        """
        super().__init__("library-panel")
        self._desk = desk
        self._find_like = find_like
        self._editing: str | None = None
        self._generation = 0
        self.setAcceptDrops(True)
        self._typed = QTimer(self)
        self._typed.setSingleShot(True)
        self._typed.setInterval(TYPED_MS)
        self._typed.timeout.connect(self.refresh)
        self.model = CaseModel(desk.thumbnails, self._read_cases, self)
        self.list = CaseView(self.model)
        self.menu = CasebookMenu(desk, self, on_open=self.open_case)
        self._make_head()
        self._make_empty(open_sample)
        self._make_foot()
        self.editor = CaseEditor(
            on_save=self._save, on_close=self.show_list, on_unlink=self._unlink
        )
        self._lay_out()
        self._connect()
        self.restyle(self.worn)
        self._read_casebooks()

    # What others call

    @property
    def shown(self) -> str:
        """The casebook shown: its id, ALL or TRASH."""
        chosen = self.chooser.currentData()
        return chosen if isinstance(chosen, str) else ALL

    @property
    def selected(self) -> list[str]:
        """The ids of the selected cases in the order shown."""
        return self.model.ids(self.list.selected_rows())

    def refresh(self) -> None:
        """Read the cases shown anew."""
        self._generation += 1
        receive = partial(self._receive, self._generation)
        library, query = self._desk.library, self.search.text().strip()
        if self.shown == TRASH:
            self._desk.read_library(library.trash_ids, on_result=receive)
        else:
            casebook = None if self.shown == ALL else self.shown
            self._desk.read_library(library.case_ids, query, casebook, on_result=receive)

    def open_case(self, case_id: str) -> None:
        """Show one case to read or edit."""
        self._editing = case_id
        self._desk.read_library(self._desk.library.find, case_id, on_result=self._edit)

    def show_list(self) -> None:
        """Go back to the list."""
        self._editing = None
        self.pages.setCurrentIndex(0)
        self.list.setFocus()

    def add_selected(self) -> None:
        """Put the selected cases into the tray."""
        if self.shown != TRASH:
            self._desk.add_to_tray(self.selected)

    def edit_selected(self) -> None:
        """Edit the selected cases."""
        if self.list.count_selected() and self.shown != TRASH:
            self.edit_cases(self.selected)

    def edit_cases(self, ids: Sequence[str]) -> None:
        """Open one case, or ask what to change in many."""
        if len(ids) == 1:
            self.open_case(ids[0])
        else:
            BulkForm(self, len(ids), on_done=partial(self._edit_all, ids)).open()

    def delete_selected(self) -> None:
        """Put the selected cases into the trash."""
        ids = self.selected
        if ids and self.shown != TRASH:
            words = f"{counted(len(ids), 'case')} put into the trash."
            self._desk.change_library(self._desk.library.delete, ids, say=words)

    def restore_selected(self) -> None:
        """Take the selected cases out of the trash."""
        ids = self.selected
        if ids and self.shown == TRASH:
            words = f"{counted(len(ids), 'case')} taken out of the trash."
            self._desk.change_library(self._desk.library.restore, ids, say=words)

    def move_selected(self, step: int) -> None:
        """Move the selected cases up (-1) or down (1) in the casebook shown."""
        casebook, rows = self._desk.casebook, self.list.selected_rows()
        if casebook is None or not rows or self.search.text().strip():
            return
        ids = self.model.ids(range(self.model.rowCount()))
        order = moved(ids, rows, step)
        if order != ids:
            self._desk.change_library(self._desk.library.order_casebook, casebook, order)

    def erase_patient(self, patient_key: str) -> None:
        """Ask whether to delete a patient everywhere."""
        EraseForm(self, self._desk, patient_key).open()

    def undo(self) -> None:
        """Take back the last change of the library made here."""
        self._desk.change_library(self._desk.library.undo, then=self._say_undone)

    def focus_search(self) -> None:
        """Put the keyboard into the search field."""
        self.show_list()
        self.search.setFocus()
        self.search.selectAll()

    # Qt

    def restyle(self, worn: Tones) -> None:
        """Paint the icons in the theme's tone."""
        self.more.setIcon(icon("more", worn.muted))
        for button, name in (
            (self.undo_button, "undo"),
            (self.edit_button, "edit"),
            (self.delete_button, "trash"),
        ):
            button.setIcon(icon(name, worn.muted))

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Return adds to the tray, F2 edits, Del puts into the trash, Ctrl+Z takes back."""
        if event is None or self.pages.currentIndex() != 0:
            return
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        acts: dict[int, Callable[[], None]] = {
            Qt.Key.Key_Return: self.add_selected,
            Qt.Key.Key_Enter: self.add_selected,
            Qt.Key.Key_F2: self.edit_selected,
            Qt.Key.Key_Delete: self.delete_selected,
        }
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            acts = {
                Qt.Key.Key_Up: partial(self.move_selected, -1),
                Qt.Key.Key_Down: partial(self.move_selected, 1),
            }
        elif control:
            acts = {Qt.Key.Key_Z: self.undo, Qt.Key.Key_F: self.focus_search}
        elif event.key() == Qt.Key.Key_Down and self.search.hasFocus():
            acts = {Qt.Key.Key_Down: self._enter_list}
        act = acts.get(event.key())
        if act is None:
            super().keyPressEvent(event)
        else:
            act()

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        """Take casebook files."""
        if event is not None and _casebook_files(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:
        """Import the casebook files that were dropped."""
        for path in [] if event is None else _casebook_files(event):
            self._desk.import_file(path)

    # How it is built

    def _make_head(self) -> None:
        self.chooser = Choice("casebook-chooser", "Casebook")
        self.more = QToolButton()
        self.more.setObjectName("library-more")
        self.more.setAccessibleName("Casebook actions")
        self.more.setToolTip("New, import, export, rename, delete")
        self.more.setIconSize(QSize(16, 16))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(self.menu.build())
        self.search = QLineEdit()
        self.search.setObjectName("library-search")
        self.search.setAccessibleName("Search cases")
        self.search.setPlaceholderText("Search question, answer, tags")
        self.search.setClearButtonEnabled(True)
        KeyKeeper(self.search, {Qt.Key.Key_Down})

    def _make_empty(self, open_sample: Callable[[], None]) -> None:
        self.empty = QWidget()
        self.empty.setObjectName("library-empty")
        self.empty_title = Paragraph(role="title", name="library-empty-title")
        self.empty_words = Paragraph(role="body-muted", name="library-empty-words")
        self.sample_button = QPushButton("Open the sample casebook")
        self.sample_button.setObjectName("library-sample")
        self.sample_button.clicked.connect(lambda: open_sample())
        self.import_button = QPushButton("Import a casebook")
        self.import_button.setObjectName("library-import")
        self.import_button.clicked.connect(self.menu.import_casebook)
        box = QVBoxLayout(self.empty)
        box.setContentsMargins(8, 24, 8, 8)
        box.setSpacing(8)
        box.addWidget(self.empty_title)
        box.addWidget(self.empty_words)
        box.addWidget(self.sample_button, 0, Qt.AlignmentFlag.AlignLeft)
        box.addWidget(self.import_button, 0, Qt.AlignmentFlag.AlignLeft)
        box.addStretch(1)

    def _make_foot(self) -> None:
        self.count = Line(role="muted", name="library-count")
        self.undo_button = self._tool("undo", "Take the last change back (Ctrl+Z in this list)")
        self.edit_button = self._tool("edit", "Edit question, answer, rationale and tags (F2)")
        self.delete_button = self._tool("delete", "Put into the trash (Del)")
        self.add_button = QPushButton("Add to tray")
        self.add_button.setObjectName("library-add")
        self.add_button.setToolTip("Put the selected cases into the tray (Return)")
        self.restore_button = QPushButton("Restore")
        self.restore_button.setObjectName("library-restore")

    def _tool(self, what: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"library-{what}")
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setIconSize(QSize(16, 16))
        return button

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(self.chooser, 1)
        top.addWidget(self.more)
        foot = QHBoxLayout()
        foot.setSpacing(4)
        foot.addWidget(self.count, 1)
        acts: tuple[QWidget, ...] = (self.undo_button, self.delete_button, self.edit_button,
                                     self.restore_button, self.add_button)  # fmt: skip
        for button in acts:
            foot.addWidget(button)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        column.addWidget(self.empty, 1)
        column.addLayout(foot)
        self.pages = QStackedWidget()
        self.pages.addWidget(page)
        self.pages.addWidget(Column("case-editor-scroll", self.editor))
        box = QVBoxLayout(self)
        box.setContentsMargins(10, 10, 10, 8)
        box.addWidget(self.pages)
        self.setMinimumWidth(220)

    def _connect(self) -> None:
        self.search.textChanged.connect(lambda _: self._typed.start())
        self.chooser.activated.connect(lambda _: self._choose())
        self.list.doubleClicked.connect(self._add_one)
        self.list.customContextMenuRequested.connect(self._offer)
        self.add_button.clicked.connect(self.add_selected)
        self.edit_button.clicked.connect(self.edit_selected)
        self.delete_button.clicked.connect(self.delete_selected)
        self.restore_button.clicked.connect(self.restore_selected)
        self.undo_button.clicked.connect(self.undo)
        selection = self.list.selectionModel()
        if selection is not None:
            selection.selectionChanged.connect(lambda *_: self._dress_foot())
        follow(self, self._desk.library.changed, self._changed)
        follow(self, self._desk.casebook_chosen, lambda _: self._read_casebooks())

    # What models say

    def _changed(self, change: LibraryChange) -> None:
        if change.kind != "history":
            self._read_casebooks()

    def _read_casebooks(self) -> None:
        self._desk.read_library(self._desk.library.casebooks, on_result=self._list_casebooks)

    def _list_casebooks(self, casebooks: Sequence[Casebook]) -> None:
        shown = self.shown if self.shown in (ALL, TRASH) and not self._desk.casebook else None
        wanted = shown or self._desk.casebook or ALL
        self.menu.casebooks = tuple(casebooks)
        self.chooser.clear()
        self.chooser.addItem("All cases", ALL)
        for casebook in casebooks:
            self.chooser.addItem(f"{casebook.name}  ({casebook.case_count})", casebook.id)
        self.chooser.addItem("Trash", TRASH)
        self.chooser.setCurrentIndex(max(0, self.chooser.findData(wanted)))
        self.refresh()

    def _read_cases(self, ids: Sequence[str], receive: Callable[[Sequence[Case]], None]) -> None:
        self._desk.read_library(self._desk.library.find_all, ids, on_result=receive)

    def _receive(self, generation: int, ids: Sequence[str]) -> None:
        if generation != self._generation:
            return
        kept = self.selected
        self.model.show_ids(ids)
        rows = (self.model.row_of(case_id) for case_id in kept)
        self.list.select_rows(row for row in rows if row is not None)
        self._dress_empty(bool(ids))
        self._dress_foot()

    def _dress_empty(self, any_cases: bool) -> None:
        searching = bool(self.search.text().strip())
        title, words = EMPTY_WORDS.get(self.shown, EMPTY_WORDS["casebook"])
        if searching:
            title, words = "Nothing found", "No case here has words that begin like these."
        self.empty_title.setText(title)
        self.empty_words.setText(words)
        offers = not searching and self.shown == ALL
        self.sample_button.setVisible(offers)
        self.import_button.setVisible(offers)
        self.list.setVisible(any_cases)
        self.empty.setVisible(not any_cases)

    def _dress_foot(self) -> None:
        chosen, total = self.list.count_selected(), self.model.rowCount()
        words = counted(total, "case")
        self.count.say_whole(f"{chosen} of {words}" if chosen else words if total else "")
        in_trash = self.shown == TRASH
        acts: tuple[QWidget, ...] = (self.add_button, self.edit_button, self.delete_button)
        for button in acts:
            button.setVisible(bool(chosen) and not in_trash)
        self.restore_button.setVisible(bool(chosen) and in_trash)

    def _edit(self, case: Case | None) -> None:
        if case is None or case.id != self._editing:
            self._desk.host.notify("This case is not in the library any more.")
            return
        self.editor.edit(case)
        self.pages.setCurrentIndex(1)
        self._desk.read_library(
            lambda: image_of_png(self._desk.library.image(case.images[0])),
            on_result=self.editor.show_image,
        )
        others = [link.case_id for link in case.links]
        self._desk.read_library(
            self._desk.library.find_all, others, on_result=self.editor.show_links
        )

    def _edit_all(self, ids: Sequence[str], edit: BulkEdit) -> None:
        library = self._desk.library
        self._desk.change_library(
            lambda: library.update_all(edit.altered(library.find_all(ids))),
            say=f"{counted(len(ids), 'case')} changed.",
        )

    def _unlink(self, case: Case, link: CaseLink) -> None:
        self._desk.change_library(
            self._desk.library.unlink, case.id, link, then=lambda _: self.open_case(case.id)
        )

    def _say_undone(self, words: str | None) -> None:
        self._desk.host.notify(words or "There is nothing to take back.")

    # What the reader does

    def selected_menu(self) -> QMenu:
        """Give the menu of the selected cases."""
        acts = CaseActs(
            self.add_selected,
            self.edit_selected,
            self.delete_selected,
            self.restore_selected,
            self.move_selected,
            lambda: self._find_like(self.selected),
            self.erase_patient,
        )
        ids = self.selected
        chosen = Chosen(ids, self.model.known(ids), in_trash=self.shown == TRASH)
        return selection_menu(self, self._desk, chosen, self.menu.casebooks, acts)

    def _offer(self, place: QPoint) -> None:
        if self.list.count_selected():
            self.selected_menu().popup(self.list.mapToGlobal(place))

    def _choose(self) -> None:
        self._desk.choose_casebook(None if self.shown in (ALL, TRASH) else self.shown)
        self.list.clearSelection()
        self.refresh()

    def _add_one(self, index: QModelIndex) -> None:
        if self.shown != TRASH:
            self._desk.add_to_tray(self.model.ids([index.row()]))

    def _enter_list(self) -> None:
        self.list.setFocus()
        if self.model.rowCount() and not self.list.count_selected():
            self.list.setCurrentIndex(self.model.index(0))

    def _save(self, changed: Callable[[], Case]) -> None:
        library = self._desk.library
        self._desk.change_library(
            lambda: library.update(changed()), say="Case saved.", then=lambda _: self.show_list()
        )


EMPTY_WORDS = {
    ALL: (
        "No cases yet",
        "A case is a picture with a question and its answer. Save what is on the screen with "
        "Ctrl+S, or begin with a casebook.",
    ),
    TRASH: ("The trash is empty", "Deleted cases wait here until the trash is emptied."),
    "casebook": (
        "This casebook is empty",
        "Cases that you save while it is chosen go into it.",
    ),
}


def moved(ids: Sequence[str], rows: Sequence[int], step: int) -> list[str]:
    """Give ids with those at some rows one place further up or down; the ends stop them."""
    order, barrier = list(ids), -1 if step < 0 else len(ids)
    for row in sorted(rows, reverse=step > 0):
        if row + step == barrier:
            barrier = row
        else:
            order[row], order[row + step] = order[row + step], order[row]
    return order


def _casebook_files(event: QDropEvent) -> list[Path]:
    mime = event.mimeData()
    urls = [] if mime is None else mime.urls()
    paths = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
    return [path for path in paths if path.suffix.lower() == ".casebook"]
