"""What the panels share: the host's view, the session, and the few acts that need both. No Qt.

Everything that waits for a disk, a picture or the engine goes through `host.run` here, so that a
panel's slot is one call. A failure becomes one sentence of the host's notifications.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from psygnal import Signal
from qtpy.QtGui import QImage

from precedent_inference.errors import EngineLost
from precedent_inference.prompt import require_text
from precedent_inference.protocol import ModelCard, PromptFacts
from precedent_plugin.ask_settings import AskSettings
from precedent_plugin.cases import Case, Casebook, CaseDraft
from precedent_plugin.datasets.write_page import write_page
from precedent_plugin.erasure.erase import Erased
from precedent_plugin.exchange import export_casebook, import_casebook
from precedent_plugin.host import Host
from precedent_plugin.library import CaseLibrary, LibraryChange
from precedent_plugin.linting.lint import advice_on
from precedent_plugin.panels.desk_state import Draft, Engine, Judgement, View
from precedent_plugin.panels.entry import Entry
from precedent_plugin.panels.facts import counted
from precedent_plugin.panels.thumbnails import Thumbnails, thumbnail
from precedent_plugin.preferences import Preferences, keep_preferences, read_preferences
from precedent_plugin.preprocess import (
    ViewImage,
    image_from_pixels,
    region_values,
)
from precedent_plugin.prompting.repairing import repair_tray
from precedent_plugin.question import Question
from precedent_plugin.session import Session
from precedent_plugin.sureness import Sureness, find_sureness
from precedent_plugin.tray import Tray
from precedent_plugin.warnings.repair import (
    FindShots,
    FitWhole,
    LookAgain,
    MatchScale,
    MatchWindow,
    Repair,
)
from precedent_resources import PrecedentError

logger = logging.getLogger(__name__)


CORRECTED = "corrected"
"""Tag of cases that came of a wrong answer."""


class Desk:
    """The view, the tray and the engine as the panels see them."""

    view_seen = Signal(object)
    """With the new `View`, or None when nothing is shown."""
    judged = Signal(object)
    """With a new `Judgement` of tray and view."""
    models_listed = Signal(object)
    """With the engine's models, a tuple of `ModelCard`."""
    engine_changed = Signal(object)
    """With the new `Engine`."""
    asking_changed = Signal()
    """A question was sent, began to be answered, or ended."""
    casebook_chosen = Signal(object)
    """With the id of the casebook that new cases go into, or None."""

    def __init__(self, host: Host, session: Session) -> None:
        self.host, self.session = host, session
        self.thumbnails = Thumbnails(self._fetch)
        self.view: View | None = None
        self.judgement = Judgement()
        self.draft = Draft()
        self.models: tuple[ModelCard, ...] = ()
        self.engine = Engine()
        self.preferences = read_preferences(session.library.folder)
        self.casebook: str | None = None
        self.last_entry: tuple[str, str] = ("", "")
        """Question and answer of the case saved last."""
        self._generation = 0
        self._judged_generation = 0
        self._asked: View | None = None
        self.looking_again = False
        """The question that is sent next is a second look at the one before."""
        self.tray.changed.connect(self.judge)
        self.library.changed.connect(self._library_changed)
        session.recorder.trouble.connect(self._complain)

    @property
    def tray(self) -> Tray:
        """The references chosen now."""
        return self.session.tray

    @property
    def library(self) -> CaseLibrary:
        """The user's cases."""
        return self.session.library

    # The view

    def look(self) -> None:
        """Take the pixels that the host shows now."""
        self.view = self._taken()
        self.view_seen.emit(self.view)
        self.judge()

    def write(self, draft: Draft) -> None:
        """Take the question as it stands now, for what is said of the prompt before it is sent."""
        if draft != self.draft:
            self.draft = draft
            self.judge()

    def offers(self, repair: Repair) -> bool:
        """Say whether one click can do this here."""
        if isinstance(repair, MatchWindow):
            return self.session.can_render(repair.case_ids)
        return not isinstance(repair, FindShots | LookAgain)

    def repair(self, repair: Repair) -> bool:
        """Do what one click can do about a warning; False when it is the reader's to do."""
        if isinstance(repair, FitWhole):
            self.write(replace(self.draft, settings=replace(self.draft.settings, fit_whole=True)))
            return True
        if isinstance(repair, MatchWindow | MatchScale):
            self.host.run(
                self.session.rendered,
                repair,
                on_result=lambda shown: self._try(lambda: self.tray.show_as(shown)),
                on_error=self._complain,
            )
            return True
        return repair_tray(self.tray, repair)

    def judge(self) -> None:
        """Order the tray for the view and look for what the reader should know; later, quietly."""
        self._generation += 1
        self.host.run(
            self._judgement,
            self.view,
            self.draft,
            on_result=partial(self._receive_judgement, self._generation),
            on_error=self._complain,
        )

    @property
    def has_moved_on(self) -> bool:
        """Whether the view shows something else than what was asked about last."""
        view = self.view
        return view is None or self._asked is None or view.snapshot != self._asked.snapshot

    @property
    def asked_title(self) -> str:
        """What was asked about last, in the host's own words."""
        return "" if self._asked is None else self._asked.snapshot.title or self._asked.title

    def with_values(self) -> View | None:
        """Give the view with its modality values, to be kept as a case."""
        view = self.view
        return view and replace(view, values=region_values(self.host, view.snapshot))

    # Asking

    def ask(self, words: str, settings: AskSettings) -> None:
        """Ask about the pixels on the screen at this moment."""
        try:
            require_text(words, "question")
        except PrecedentError as error:
            self._complain(error)
            return
        self.look()
        if self.view is None:
            self.host.notify("There is no picture to ask about.", "Open a study first.")
            return
        self.host.run(
            self._prepared,
            self.view,
            words.strip(),
            settings,
            on_result=partial(self._send, words.strip(), self.view),
            on_error=self._complain,
        )

    def second_look(self) -> None:
        """Ask the latest question again about the region that is drawn on the same image."""
        question = self.session.question
        if question is None or not self.can_look_again:
            self.host.notify(
                "There is no second look to take.",
                "Draw a region on the image that the answer is about, then ask again.",
            )
            return
        self.looking_again = True
        self.ask(question.request.prompt.query.question, self.draft.settings)

    @property
    def can_look_again(self) -> bool:
        """Whether a region is drawn on the image that the finished answer is about."""
        question, view, asked = self.session.question, self.view, self._asked
        if question is None or question.answer is None or view is None or asked is None:
            return False
        now, then = view.snapshot, asked.snapshot
        is_same = replace(now, region=None) == replace(then, region=None)
        return is_same and now.region is not None and now.region != then.region

    def prefer(self, *, commits_first: bool, abstains: bool) -> None:
        """Keep how answers are given."""
        self.preferences = Preferences(commits_first, abstains)
        self.host.run(
            keep_preferences,
            self.library.folder,
            self.preferences,
            on_result=lambda _: None,
            on_error=self._complain,
        )

    def retry(self) -> None:
        """Ask the latest question again."""
        self._try(self.session.retry)

    def stop(self) -> None:
        """Stop the question under way."""
        self.session.stop()

    def warm_up(self, words: str = "Starting the engine") -> None:
        """Start the engine in the background, once, because a question is likely."""
        if self.engine.state in ("starting", "ready"):
            return
        self._set_engine(Engine("starting", words))
        self.host.run(
            self.session.models,
            on_result=self._receive_models,
            on_error=self._engine_failed,
            on_progress=lambda words: self._set_engine(Engine("starting", str(words))),
        )

    def engine_ended(self) -> None:
        """Take in that the engine was ended on purpose; read its models when it starts again."""
        self._set_engine(Engine())
        self.warm_up()

    # Cases

    def add_to_tray(self, case_ids: Sequence[str], place: int | None = None) -> None:
        """Put cases of the library into the tray."""
        self.host.run(
            self._found,
            tuple(case_ids),
            on_result=lambda cases: self._try(lambda: self.tray.add(cases, index=place)),
            on_error=self._complain,
        )

    def save_view(self, view: View, entry: Entry, then: Callable[[Case | None], object]) -> None:
        """Keep a view as a case, in the casebook chosen now; `then` gets it, None if it failed."""

        def done(case: Case) -> None:
            self.last_entry = (entry.question, entry.answer)
            self.host.notify("Case saved.")
            then(case)
            if entry.into_tray:
                self._try(lambda: self.tray.add([case]))

        def failed(error: PrecedentError) -> None:
            self._complain(error)
            then(None)

        self.host.run(self._saved, view, entry, on_result=done, on_error=failed)

    def examine(self) -> None:
        """Find out what the latest answer rests on."""
        self._try(self.session.examine)

    def correct(self, question: Question, words: str, then: Callable[[Case], object]) -> None:
        """Keep the picture of a question with its right answer as a case; `then` gets it."""
        self.session.recorder.did(question.id, "corrected")
        self.change_library(self._corrected, question, words, then=then)

    def change_library(
        self,
        act: Callable[..., Any],
        *args: object,
        say: str = "",
        then: Callable[[Any], object] | None = None,
    ) -> None:
        """Do something that changes the library, off the GUI thread, and say that it is done."""

        def done(result: Any) -> None:
            if say:
                self.host.notify(say)
            if then is not None:
                then(result)

        self.host.run(act, *args, on_result=done, on_error=self._complain)

    def read_library(
        self,
        read: Callable[..., Any],
        *args: object,
        on_result: Callable[[Any], object],
        on_error: Callable[[PrecedentError], object] | None = None,
    ) -> None:
        """Read from the library off the GUI thread. on_error: instead of a notification."""
        self.host.run(read, *args, on_result=on_result, on_error=on_error or self._complain)

    def choose_casebook(self, casebook_id: str | None) -> None:
        """Choose where new cases go."""
        if casebook_id != self.casebook:
            self.casebook = casebook_id
            self.casebook_chosen.emit(casebook_id)

    def import_file(self, path: Path, *, quietly: bool = False) -> None:
        """Take a casebook file into the library and choose it."""

        def done(taken: tuple[Casebook, str]) -> None:
            casebook, advice = taken
            if not quietly:
                count = counted(casebook.case_count, "case")
                self.host.notify(f"Imported “{casebook.name}” with {count}.", advice or None)
            self.choose_casebook(casebook.id)

        self.host.run(self._taken_in, path, on_result=done, on_error=self._complain)

    def _taken_in(self, path: Path) -> tuple[Casebook, str]:
        """Take a casebook in, and say what there is to look at in its words; for a worker."""
        casebook = import_casebook(self.library, path)
        return casebook, advice_on(self.library.cases(casebook=casebook.id))

    def export_file(self, casebook: Casebook, path: Path) -> None:
        """Write a casebook into one file."""
        write = write_page if path.suffix.lower() == ".html" else export_casebook
        self.change_library(
            write, self.library, casebook.id, path, say=f"Exported “{casebook.name}”."
        )

    def erase_patient(
        self,
        patient_key: str,
        *,
        on_stage: Callable[[str], object],
        on_done: Callable[[Erased | PrecedentError], object],
    ) -> None:
        """Delete a patient everywhere for good, saying what is done; then how it ended."""

        def done(erased: Erased) -> None:
            self.tray.forget(erased.traces.case_ids)
            self.thumbnails.forget()
            on_done(erased)

        self.host.run(
            self.session.erase_patient,
            patient_key,
            on_progress=on_stage,
            on_result=done,
            on_error=on_done,
        )

    # Within

    def _taken(self) -> View | None:
        snapshot = self.host.snapshot()
        if snapshot is None:
            return None
        try:
            return View(snapshot, self.host.painted_pixels(region_only=True))
        except PrecedentError:
            return None  # the viewer itself says on the image why there is nothing to see

    def picture_of(self, view: View) -> ViewImage:
        """Make the picture of a view as it would be sent; for a worker. Raises PictureError."""
        return self._image(view)

    def _image(self, view: View) -> ViewImage:
        return image_from_pixels(view.pixels, view.snapshot, self.library.pseudonyms, view.values)

    def _judgement(self, view: View | None, draft: Draft) -> Judgement:
        if not self.tray.shots:
            return Judgement()
        image = None if view is None else self._image(view)
        facts = None if image is None else self._counted(image, draft)
        return Judgement(
            self.session.arrange(image),
            self.session.check(image, draft.settings, facts),
            facts,
            self._sureness(draft.words, draft.settings),
        )

    def _counted(self, image: ViewImage, draft: Draft) -> PromptFacts | None:
        """Count the prompt, unless that would start an engine that nobody has asked for yet."""
        if self.engine.state != "ready":
            return None
        try:
            return self.session.count(draft.words, image, draft.settings)
        except PrecedentError as error:
            # Not while it is written: the same sentence comes when it is asked.
            logger.info("the prompt cannot be counted: %s", type(error).__name__)
            return None

    def _receive_judgement(self, generation: int, judgement: Judgement) -> None:
        if generation == self._generation:
            self._judged_generation = generation
            self.judgement = judgement
            self.judged.emit(judgement)

    def _prepared(
        self, view: View, words: str, settings: AskSettings
    ) -> tuple[ViewImage, AskSettings]:
        """Make the picture, and find out from when on an answer is sure; for a worker."""
        if self.preferences.abstains:
            settings = replace(settings, sureness=self._sureness(words, settings))
        return self._image(view), settings

    def _sureness(self, words: str, settings: AskSettings) -> Sureness | None:
        return find_sureness(self.library, settings.model, self.tray.active, words)

    def _send(self, words: str, view: View, prepared: tuple[ViewImage, AskSettings]) -> None:
        image, settings = prepared
        self._asked = view
        is_current = self._judged_generation == self._generation
        facts = self.judgement.facts if is_current else None
        self._try(lambda: self._follow(self.session.ask(words, image, settings, facts)))

    def _follow(self, question: Question) -> None:
        question.state_changed.connect(lambda _: self._question_moved(question))
        self._question_moved(question)

    def _question_moved(self, question: Question) -> None:
        self.asking_changed.emit()
        if isinstance(question.error, EngineLost):
            self._set_engine(Engine("off", "The engine stopped. It starts again when you ask."))
        elif question.state in ("streaming", "answered") and self.engine.state != "ready":
            self.warm_up("The engine runs; reading which models it has")

    def _found(self, case_ids: tuple[str, ...]) -> list[Case]:
        return [case for one in case_ids if (case := self.library.find(one)) is not None]

    def _saved(self, view: View, entry: Entry) -> Case:
        image = self._image(view)
        draft = CaseDraft(entry.question, entry.answer, None, entry.tags, image.provenance)
        case = self.library.add(draft, image.png, original=image.original)
        if self.casebook is not None:
            self.library.add_to_casebook(self.casebook, [case.id])
        return case

    def _corrected(self, question: Question, words: str) -> Case:
        asked = question.request.prompt.query.question
        where = question.image.provenance
        draft = CaseDraft(asked, words, None, (CORRECTED,), where)
        case = self.library.add(draft, question.image.png)
        if self.casebook is not None:
            self.library.add_to_casebook(self.casebook, [case.id])
        return case

    def _library_changed(self, change: LibraryChange) -> None:
        if change.kind in ("cases", "elsewhere") and self.tray.shots:
            held = tuple(shot.case.id for shot in self.tray.shots)
            self.host.run(self._found, held, on_result=self._refresh_tray)

    def _refresh_tray(self, cases: list[Case]) -> None:
        by_id = {case.id: case for case in cases}
        self.tray.refresh(by_id.get)

    def _fetch(self, sha: str, receive: Callable[[QImage], None]) -> None:
        self.host.run(
            lambda: thumbnail(self.library.image(sha)),
            on_result=receive,
            on_error=lambda _: receive(QImage()),
        )

    def _receive_models(self, models: tuple[ModelCard, ...]) -> None:
        self.models = models
        self._set_engine(Engine("ready", "Engine ready"))
        self.models_listed.emit(models)

    def _engine_failed(self, error: PrecedentError) -> None:
        self._set_engine(Engine("failed", str(error)))

    def _set_engine(self, engine: Engine) -> None:
        if engine != self.engine:
            was_ready, self.engine = self.engine.state == "ready", engine
            self.engine_changed.emit(engine)
            if engine.state == "ready" and not was_ready:
                self.judge()

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except PrecedentError as error:
            self._complain(error)

    def _complain(self, error: PrecedentError) -> None:
        self.host.notify(error.message, error.hint, level="error")
