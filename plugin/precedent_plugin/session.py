"""One window's work with the plugin: library, tray, engine and the question under way.

The panels hold a Session and nothing below it. Methods marked "may wait" read files or talk to the
engine: call them through the host's `run`. All others return at once, and are called on one thread.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Final

from psygnal import Signal

from precedent_inference.prompt import Prompt
from precedent_inference.protocol import ModelCard, PromptFacts
from precedent_plugin.ask_settings import AskSettings
from precedent_plugin.cases import Case
from precedent_plugin.composer import compose
from precedent_plugin.engine_keeper import EngineKeeper, EngineLike
from precedent_plugin.erasure.erase import Erased, erase_patient
from precedent_plugin.erasure.stores import stores_of
from precedent_plugin.errors import QuestionError, TrayError
from precedent_plugin.examination import Examination
from precedent_plugin.host import Runner
from precedent_plugin.library import CaseLibrary
from precedent_plugin.preprocess import ViewImage
from precedent_plugin.prompting.matching import scaled, squared, squared_view, windowed
from precedent_plugin.prompting.template_files import TemplateFiles, templates_folder
from precedent_plugin.question import Question
from precedent_plugin.recorder import Recorder
from precedent_plugin.select import ArrangedShot, describe_png, likeness, order_shots
from precedent_plugin.shot_pictures import ShotPictures
from precedent_plugin.tray import Tray
from precedent_plugin.warnings.check import prompt_warnings
from precedent_plugin.warnings.repair import MatchScale, Rendering
from precedent_plugin.warnings.warning import PromptWarning, Proposal

logger = logging.getLogger(__name__)


class Session:
    """Library, tray, engine and the question under way, joined."""

    question_changed = Signal(object)
    """With the new `Question`; its own signals say how it goes on."""
    examination_changed = Signal(object)
    """With the new `Examination`, or None when another question was asked."""

    def __init__(
        self,
        library: CaseLibrary,
        run: Runner,
        make_engine: Callable[[], EngineLike],
    ) -> None:
        """The engine is made and started with the first call that needs it."""
        self.library = library
        self.tray = Tray()
        self.templates = TemplateFiles(templates_folder(library.folder))
        self._run = run
        self.engine: Final = EngineKeeper(make_engine)
        self._pictures = ShotPictures(library.image)
        self.recorder: Final = Recorder(library, run)
        self._question: Question | None = None
        self._examination: Examination | None = None

    @property
    def question(self) -> Question | None:
        """The latest question, whatever its state."""
        return self._question

    def models(self, progress: Callable[[str], None] | None = None) -> tuple[ModelCard, ...]:
        """List the models; may wait for the engine to start."""
        return self.engine.client(progress).models()

    def arrange(self, image: ViewImage | None) -> tuple[ArrangedShot, ...]:
        """Give the tray's shots in the order of the prompt, muted ones after; may wait."""
        shots = self.tray.shots
        near = self._likenesses([shot.sent for shot in shots], image)
        active = tuple(shot.sent for shot in shots if not shot.muted)
        pinned = {shot.case.id for shot in shots if shot.pinned}
        ordered = order_shots(
            active, self.tray.policy, None if near is None else [near[case.id] for case in active]
        )
        muted = tuple(shot.sent for shot in shots if shot.muted)
        numbered = [*enumerate(ordered, start=1), *((0, case) for case in muted)]
        return tuple(
            ArrangedShot(
                case,
                muted=not number,
                likeness=None if near is None else near[case.id],
                number=number,
                pinned=case.id in pinned,
            )
            for number, case in numbered
        )

    def check(
        self,
        image: ViewImage | None,
        settings: AskSettings | None = None,
        facts: PromptFacts | None = None,
    ) -> tuple[PromptWarning, ...]:
        """Give what is true and worth knowing before asking; may wait.

        facts: what `count` gave; without them nothing is said of what the model would not see.
        """
        shots = self.arrange(image)
        return prompt_warnings(self._proposal(shots, image, settings or AskSettings(), facts))

    def count(self, text: str, image: ViewImage, settings: AskSettings) -> PromptFacts | None:
        """Say what asking so would take of the model; may wait for the engine to start.

        An empty question counts as one sign. None from a server that is not ours. Raises what the
        engine reports.
        """
        cases = _sent(self.arrange(image))
        settings = self._with_templates(settings)
        if not all(case.rationale for case in cases):
            settings = replace(settings, rationale=False)
        prompt = self._prompt(cases, image, text.strip() or "?", settings)
        return self.engine.client().count(settings.request(prompt))

    def can_render(self, case_ids: Collection[str]) -> bool:
        """Say whether these shots can be shown in another window."""
        cases = [shot.case for shot in self.tray.shots if shot.case.id in case_ids]
        return bool(cases) and all(case.originals[:1] not in ((), (None,)) for case in cases)

    def rendered(self, repair: Rendering) -> dict[str, Case]:
        """Give shots in another window or at another scale, for `Tray.show_as`; may wait.

        Raises TrayError for a shot of which only the picture was kept, PictureError for one whose
        scale cannot be changed so, LibraryError.
        """
        shown: dict[str, Case] = {}
        for shot in self.tray.shots:
            if shot.case.id in repair.case_ids:
                case, png = self._rendered(shot.sent, repair)
                self._pictures.hold(case.images[0], png)
                shown[case.id] = case
        return shown

    def _rendered(self, case: Case, repair: Rendering) -> tuple[Case, bytes]:
        if isinstance(repair, MatchScale):
            return scaled(case, self._pictures.read(case.images[0]), repair.pixel_mm)
        values = self.library.original(case)
        if values is None:
            raise TrayError(
                f"The reference “{case.answer}” was kept as a picture alone; its window cannot be "
                "changed.",
                "Mute it, or save it again from its study.",
            )
        return windowed(case, values, repair.window)

    def ask(
        self,
        text: str,
        image: ViewImage,
        settings: AskSettings,
        facts: PromptFacts | None = None,
    ) -> Question:
        """Make a question of the tray's active shots and send it; stops one under way.

        The shots' pictures were read by `arrange` as a rule; those that were not are read here, a
        few small files. facts: as for `check`. Raises PromptError at once when the words or the
        shots cannot be asked, TemplateError, LibraryError when a shot's picture is gone.
        """
        shots = self.arrange(image)
        cases = _sent(shots)
        settings = self._with_templates(settings)
        prompt = self._prompt(cases, image, text, settings)
        found = prompt_warnings(self._proposal(shots, image, settings, facts))
        warnings = tuple(warning.message for warning in found)
        self.stop()
        question = Question(
            settings.request(prompt),
            image,
            shots=cases,
            warnings=warnings,
            sureness=settings.sureness,
        )
        question.state_changed.connect(lambda _: self.recorder.keep(question))
        self._question = question
        self._examination = None
        self.examination_changed.emit(None)
        self.question_changed.emit(question)
        question.send(self.engine.client, self._run)
        return question

    def seen(self, question: Question) -> tuple[float, float, float, float] | None:
        """Give what the model saw of a question's picture: left, top, width, height in its pixels.

        None from a server that does not say. May wait; raises EngineLost, PrecedentError.
        """
        facts = self.engine.client().count(question.request)
        return facts.pictures[-1].kept if facts is not None and facts.pictures else None

    def examine(self) -> None:
        """Find out what the latest answer rests on. Raises QuestionError without an answer."""
        if self._question is None:
            raise QuestionError("There is no answer to examine.", "Ask first.")
        if self._examination is None:
            examination = self._examination = Examination(self._question)
            examination.changed.connect(lambda: self.recorder.keep_evidence(examination))
            self.examination_changed.emit(self._examination)
        self._examination.start(self.engine.client, self._run)

    def stop(self) -> None:
        """Stop the question or the examination under way."""
        if self._question is not None:
            self._question.cancel()
        if self._examination is not None:
            self._examination.stop()

    def retry(self) -> None:
        """Send the latest question again after it failed or was stopped; starts a dead engine."""
        if self._question is not None:
            self._question.send(self.engine.client, self._run)

    def erase_patient(
        self, patient_key: str, progress: Callable[[str], None] | None = None
    ) -> Erased:
        """Delete a patient everywhere for good, and search for what is left; waits.

        The tray is the caller's to clear, on its thread. Raises PrecedentError.
        """
        self.stop()
        stores = stores_of(self.library.folder, self.engine.forget)
        erased = erase_patient(self.library, stores, patient_key, progress)
        self._pictures.forget()
        return erased

    def close(self) -> None:
        """Stop everything and end the engine; the library is closed by who opened it."""
        self.stop()
        self.engine.close()

    def _likenesses(
        self, cases: Sequence[Case], image: ViewImage | None
    ) -> dict[str, float] | None:
        if image is None:
            return None
        query = describe_png(image.png)
        return {
            case.id: likeness(query, describe_png(self._pictures.read(case.images[0])))
            for case in cases
        }

    def _with_templates(self, settings: AskSettings) -> AskSettings:
        """Take over what the user wrote for the model, unless the settings say otherwise."""
        if settings.templates is not None:
            return settings
        return replace(settings, templates=self.templates.read(settings.model))

    def _prompt(
        self, cases: Sequence[Case], image: ViewImage, text: str, settings: AskSettings
    ) -> Prompt:
        read = self._pictures.read
        return compose(
            cases,
            squared_view(image) if settings.fit_whole else image,
            text,
            picture=(lambda sha256: squared(read(sha256))) if settings.fit_whole else read,
            rationale=settings.rationale,
        )

    def _proposal(
        self,
        shots: Sequence[ArrangedShot],
        image: ViewImage | None,
        settings: AskSettings,
        facts: PromptFacts | None,
    ) -> Proposal:
        sent = [shot for shot in shots if not shot.muted]
        names = {sha256 for shot in sent for sha256 in shot.case.images}
        return Proposal(
            cases=[shot.case for shot in sent],
            image=image,
            pictures={sha256: self._pictures.read(sha256) for sha256 in names},
            likenesses={shot.case.id: shot.likeness for shot in sent if shot.likeness is not None},
            rationale=settings.rationale,
            facts=facts,
        )


def _sent(shots: Sequence[ArrangedShot]) -> tuple[Case, ...]:
    return tuple(shot.case for shot in shots if not shot.muted)
