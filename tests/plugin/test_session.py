"""Library, tray and engine work together: order, warnings, history, restart and end."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.plugin.seen import see

from precedent_inference.embedding.embeddings import Embeddings
from precedent_inference.errors import EngineLost, PromptError
from precedent_inference.evidence.findings import Evidence, EvidenceRequest, Finding
from precedent_inference.protocol import (
    Answer,
    AskRequest,
    CacheCounts,
    ModelCard,
    ModelSummary,
    PictureFacts,
    PromptFacts,
    Sampling,
    Timing,
)
from precedent_inference.templates import TemplateChanges
from precedent_plugin.ask_settings import AskSettings
from precedent_plugin.cases import Case, CaseDraft, Provenance
from precedent_plugin.errors import LibraryError, TrayError
from precedent_plugin.library import CaseLibrary
from precedent_plugin.originals import pack
from precedent_plugin.pictures import content_hash, png_size
from precedent_plugin.preprocess import ViewImage, encode_png
from precedent_plugin.prompting.matching import in_window
from precedent_plugin.report import DISCLAIMER, INCOMPLETE, record_text, report_text
from precedent_plugin.runners import run_here
from precedent_plugin.select import muting
from precedent_plugin.session import Session
from precedent_plugin.warnings.repair import MatchScale, MatchWindow

STARTER = ModelSummary("starter", "flamingo", "onnx", "float32", "CPU")


def disc(x: int) -> bytes:
    """A picture with a bright disc at a place."""
    rows, columns = np.mgrid[:64, :64]
    grey = np.where((rows - 32) ** 2 + (columns - x) ** 2 < 100, 220, 40).astype(np.uint8)
    return encode_png(grey)


def view(x: int, *, patient_key: str = "") -> ViewImage:
    png = disc(x)
    where = Provenance(source="CT", patient_key=patient_key)
    return ViewImage(png, content_hash(png), 64, 64, where, "CT")


class FakeEngine:
    """Answers with the last shot's answer; dies on demand."""

    def __init__(self) -> None:
        self.asked: list[AskRequest] = []
        self.counted: list[AskRequest] = []
        self.facts: PromptFacts | None = None
        self.starts = 0
        self.is_dead = True
        self.dies_next = False
        self.dying = 0
        """How often it still counts as running although it is dead."""
        self.is_closed = False

    def embed(self, pngs: Sequence[bytes], model: str = "starter") -> Embeddings:
        return see(pngs)

    def forget(self) -> None:
        """It keeps nothing."""

    def client(self, *, on_progress: Callable[[str], None] | None = None) -> "FakeEngine":
        if self.dying:
            self.dying -= 1
            raise EngineLost("The engine cannot be reached.", "Ask again.")
        if self.is_dead:
            self.starts += 1
            self.is_dead = False
            if on_progress is not None:
                on_progress("Starting the engine.")
        return self

    def close(self) -> None:
        self.is_closed = True

    def evidence(
        self,
        request: EvidenceRequest,
        *,
        on_finding: Callable[[Finding], None] | None = None,
        on_progress: Callable[[str], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> Evidence:
        return Evidence((), 0.0)

    def models(self) -> tuple[ModelCard, ...]:
        return (ModelCard("starter", "flamingo", "yes", 9, 512, "A demonstration."),)

    def count(self, request: AskRequest) -> PromptFacts | None:
        self.counted.append(request)
        return self.facts

    def ask(
        self,
        request: AskRequest,
        *,
        on_text: Callable[[str], None] | None = None,
        on_progress: Callable[[str], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> Answer:
        self.asked.append(request)
        assert on_text is not None
        text = request.prompt.shots[-1].answer if request.prompt.shots else "?"
        on_text(text[:2])
        if self.dies_next:
            self.is_dead, self.dies_next = True, False
            raise EngineLost("The engine was lost while it answered.", "Ask again.")
        on_text(text[2:])
        ids = tuple(shot.case_id for shot in request.prompt.shots)
        counts = CacheCounts(1, 0, 20, 0)
        warnings = ("It ran on the CPU.",)
        return Answer(text, STARTER, ids, Timing(0, 0, 0, 1), counts, 0.8, warnings, "stop")


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def session(library: CaseLibrary, engine: FakeEngine) -> Session:
    return Session(library, run_here, lambda: engine)


def fill(session: Session, *places: int) -> list[Case]:
    cases = [
        session.library.add(CaseDraft("Where is the disc?", f"at {x}"), disc(x)) for x in places
    ]
    session.tray.add(cases)
    return cases


def test_most_similar_shot_is_sent_last(session: Session, engine: FakeEngine) -> None:
    fill(session, 30, 50, 10)
    question = session.ask("Where is the disc?", view(31), AskSettings())
    assert question.text == "at 30"
    assert [case.answer for case in question.shots][-1] == "at 30"
    assert [shot.case_id for shot in engine.asked[0].prompt.shots] == [
        case.id for case in question.shots
    ]


def test_order_by_hand_is_kept(session: Session, engine: FakeEngine) -> None:
    cases = fill(session, 30, 50, 10)
    session.tray.move(cases[1].id, 2)
    session.ask("Where is the disc?", view(31), AskSettings())
    assert [shot.answer for shot in engine.asked[0].prompt.shots] == ["at 30", "at 10", "at 50"]


def test_muted_shot_is_shown_and_not_sent(session: Session, engine: FakeEngine) -> None:
    cases = fill(session, 30, 50)
    session.tray.mute(cases[0].id)
    arranged = session.arrange(view(31))
    assert [(shot.case.answer, shot.number) for shot in arranged] == [("at 50", 1), ("at 30", 0)]
    assert arranged[1].likeness is not None
    session.ask("Where is the disc?", view(31), AskSettings())
    assert [shot.answer for shot in engine.asked[0].prompt.shots] == ["at 50"]


def test_tray_without_a_picture_has_no_likeness(session: Session) -> None:
    fill(session, 30, 50)
    assert [(shot.likeness, shot.number) for shot in session.arrange(None)] == [
        (None, 1),
        (None, 2),
    ]


def test_warnings_are_bound_to_the_question(session: Session) -> None:
    fill(session, 30)
    question = session.ask("Where is the disc?", view(30), AskSettings())
    assert any("very picture" in warning for warning in question.warnings)
    assert [warning.kind for warning in session.check(view(30))] == ["same-image"]


def test_settings_reach_the_engine(session: Session, engine: FakeEngine) -> None:
    settings = AskSettings(model="other", sampling=Sampling(5, 0.5, 7))
    session.ask("Where?", view(31), settings)
    request = engine.asked[0]
    assert (request.model, request.sampling) == ("other", Sampling(5, 0.5, 7))


def test_empty_question_is_refused_before_anything_is_sent(
    session: Session, engine: FakeEngine
) -> None:
    with pytest.raises(PromptError):
        session.ask("  ", view(31), AskSettings())
    assert session.question is None
    assert engine.starts == 0


def test_engine_starts_with_the_first_question_and_once(
    session: Session, engine: FakeEngine
) -> None:
    assert engine.starts == 0
    session.ask("Where?", view(31), AskSettings())
    session.ask("Where?", view(31), AskSettings())
    assert engine.starts == 1


def test_retry_restarts_a_lost_engine(session: Session, engine: FakeEngine) -> None:
    engine.dies_next = True
    fill(session, 30)
    question = session.ask("Where?", view(31), AskSettings())
    assert question.state == "failed"
    session.retry()
    assert (question.state, question.text, engine.starts) == ("answered", "at 30", 2)


def test_engine_that_does_not_start_is_not_started_twice(
    session: Session, engine: FakeEngine
) -> None:
    engine.dying = 1
    question = session.ask("Where?", view(31), AskSettings())
    assert (question.state, engine.starts) == ("failed", 0)


def test_answer_stays_bound_to_the_picture_it_was_asked_about(session: Session) -> None:
    fill(session, 30, 50)
    first = session.ask("Where?", view(31), AskSettings())
    session.tray.clear()
    second = session.ask("Where?", view(50), AskSettings())
    assert session.question is second
    assert first.image.sha256 == view(31).sha256
    assert len(first.shots) == 2
    assert "at 30" in report_text(first)


def test_every_outcome_is_kept_in_history(session: Session, engine: FakeEngine) -> None:
    cases = fill(session, 30)
    session.ask("Where?", view(31, patient_key="p"), AskSettings())
    engine.dies_next = True
    session.ask("Where now?", view(31), AskSettings())
    failed, answered = session.library.history()
    assert (answered.outcome, answered.answer, answered.confidence) == ("answered", "at 30", 0.8)
    assert answered.case_ids == (cases[0].id,)
    assert answered.model == "starter (onnx, float32, CPU)"
    assert "It ran on the CPU." in answered.warnings
    assert answered.patient_key == "p"
    assert session.library.image(answered.image) == disc(31)
    assert (failed.outcome, failed.answer, failed.confidence) == ("failed", "at", None)


def test_history_that_cannot_be_written_troubles_but_loses_no_answer(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise LibraryError("The disk is full.")

    troubles: list[object] = []
    session.recorder.trouble.connect(troubles.append)
    monkeypatch.setattr(session.library, "record_question", fail)
    question = session.ask("Where?", view(31), AskSettings())
    assert question.state == "answered"
    assert [str(trouble) for trouble in troubles] == ["The disk is full."]


def test_missing_picture_of_a_shot_is_named(session: Session) -> None:
    (case,) = fill(session, 30)
    path = session.library.folder / "images" / case.images[0][:2] / f"{case.images[0]}.png"
    path.unlink()
    with pytest.raises(LibraryError, match="missing"):
        session.ask("Where?", view(31), AskSettings())


def test_closed_session_ends_the_engine_and_starts_none(
    session: Session, engine: FakeEngine
) -> None:
    session.ask("Where?", view(31), AskSettings())
    session.close()
    assert engine.is_closed
    question = session.ask("Where?", view(31), AskSettings())
    assert (question.state, engine.starts) == ("failed", 1)


def test_models_are_listed_through_the_engine(session: Session) -> None:
    said: list[str] = []
    assert [card.name for card in session.models(progress=said.append)] == ["starter"]
    assert said == ["Starting the engine."]


def test_report_carries_its_provenance(session: Session) -> None:
    fill(session, 30, 50)
    question = session.ask("Where is the disc?", view(31), AskSettings())
    text = report_text(question)
    assert text.splitlines()[:2] == ["Question: Where is the disc?", "Answer: at 30"]
    assert "model output, unverified, starter (onnx, float32, CPU), 20" in text
    assert "2. Where is the disc? → at 30" in text
    assert "0.80 (not of being right)" in text
    assert "Warning: It ran on the CPU." in text
    assert text.endswith(DISCLAIMER)


def test_report_marks_an_incomplete_answer(session: Session, engine: FakeEngine) -> None:
    engine.dies_next = True
    fill(session, 30)
    question = session.ask("Where?", view(31), AskSettings())
    assert f"Answer: at {INCOMPLETE}" in report_text(question)
    assert INCOMPLETE in record_text(session.library.history()[0])


def test_history_gives_the_same_report(session: Session) -> None:
    fill(session, 30)
    question = session.ask("Where?", view(31), AskSettings())
    kept = record_text(session.library.history()[0]).splitlines()
    assert set(kept) - set(report_text(question).splitlines()) == {
        f"  1. case {question.shots[0].id}"
    }


def test_what_is_counted_is_what_would_be_asked(session: Session, engine: FakeEngine) -> None:
    fill(session, 30, 50)
    session.count("Where?", view(31), AskSettings())
    session.ask("Where?", view(31), AskSettings())
    assert engine.counted == engine.asked


def test_an_empty_question_can_be_counted(session: Session, engine: FakeEngine) -> None:
    session.count("", view(31), AskSettings(rationale=True))
    fill(session, 30)
    session.count(" ", view(31), AskSettings(rationale=True))
    assert [request.rationale for request in engine.counted] == [True, False]


def test_warnings_know_what_the_engine_counted(session: Session) -> None:
    fill(session, 30, 50)
    square = PictureFacts(64, 64, (0.0, 0.0, 64.0, 64.0), 1.0)
    facts = PromptFacts("starter", 1, (9, 9), 9, 32, 59, 9, None, (square,) * 3, 0, 0)
    (warning,) = session.check(view(31), facts=facts)
    assert warning.kind == "too-long"
    question = session.ask("Where?", view(31), AskSettings(), facts)
    assert question.warnings == (warning.message,)


def test_the_users_templates_go_with_every_question(session: Session, engine: FakeEngine) -> None:
    changes = TemplateChanges(preamble="Be brief.")
    session.templates.write("starter", changes)
    session.ask("Where?", view(31), AskSettings())
    session.ask("Where?", view(31), AskSettings(model="other"))
    assert [request.templates for request in engine.asked] == [changes, None]


def test_whole_pictures_are_sent_in_a_square_and_kept_as_they_were(
    session: Session, engine: FakeEngine
) -> None:
    rows = np.arange(64, dtype=np.uint8)[:, None]
    png = encode_png(np.tile(rows, (1, 100)))
    wide = ViewImage(png, content_hash(png), 100, 64, Provenance())
    session.tray.add([session.library.add(CaseDraft("Where?", "Left"), png)])
    question = session.ask("Where?", wide, AskSettings(fit_whole=True))
    sent = engine.asked[0].prompt
    assert [png_size(image) for image in sent.images] == [(100, 100)] * 2
    assert question.image is wide


def test_a_shot_is_sent_in_another_window(library: CaseLibrary, engine: FakeEngine) -> None:
    values = np.linspace(-200, 200, 64 * 64, dtype=np.float32).reshape(64, 64)
    session = Session(library, run_here, lambda: engine)
    case = library.add(CaseDraft("Where?", "Left"), disc(30), original=pack(values))
    session.tray.add([case])
    assert session.can_render([case.id])
    shown = session.rendered(MatchWindow((case.id,), (40.0, 400.0)))
    session.tray.show_as(shown)
    session.ask("Where?", view(31), AskSettings())
    (shot,) = engine.asked[0].prompt.shots
    assert shot.images == (encode_png(in_window(values, (40.0, 400.0))),)
    assert session.arrange(None)[0].case.provenance.window == (40.0, 400.0)
    session.tray.undo()
    session.ask("Where?", view(31), AskSettings())
    assert engine.asked[1].prompt.shots[0].images == (disc(30),)


def test_a_shot_without_an_original_keeps_its_window(session: Session) -> None:
    (case,) = fill(session, 30)
    assert not session.can_render([case.id])
    with pytest.raises(TrayError, match="kept as a picture alone"):
        session.rendered(MatchWindow((case.id,), (40.0, 400.0)))


def test_pinned_shots_are_known_where_shots_are_chosen(session: Session) -> None:
    cases = fill(session, 10, 30, 50)
    session.tray.pin(cases[2].id)
    shots = session.arrange(view(31))
    assert [shot.case.id for shot in shots if shot.pinned] == [cases[2].id]
    session.tray.mute_all(muting(shots, 2))
    assert set(session.tray.active) == {cases[1], cases[2]}


def test_a_shot_is_sent_at_another_scale(session: Session, engine: FakeEngine) -> None:
    (case,) = fill(session, 30)
    known = replace(case, provenance=replace(case.provenance, spacing_mm=(1.0, 1.0)))
    session.tray.show_as({case.id: known})
    session.tray.show_as(session.rendered(MatchScale((case.id,), 0.5)))
    session.ask("Where?", view(31), AskSettings())
    assert png_size(engine.asked[0].prompt.shots[0].images[0]) == (128, 128)
