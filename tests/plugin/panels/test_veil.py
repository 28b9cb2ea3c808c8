"""An answer that is not shown at once: the reader commits first, the model is not sure."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from qtpy.QtWidgets import QPushButton
from tests.plugin.panels.bench import Bench, MakeBench, an_answer

from precedent_inference.protocol import Answer, AskRequest, OptionScore
from precedent_plugin.casebook_check.kept import KeptCheck, content_of, keep
from precedent_plugin.panels.answer import AnswerView
from precedent_plugin.panels.live_answer import LiveAnswer
from precedent_plugin.panels.words import Note

Shown = Callable[[], LiveAnswer]


@pytest.fixture
def live(bench: Bench) -> LiveAnswer:
    return bench.work.ask.answer


def is_shown(view: AnswerView) -> bool:
    return view.answer.isVisibleTo(view)


def acts(bench: Bench) -> list[str]:
    return [link.note for link in bench.work.session.recorder.audit.acts()]


def test_the_readers_answer_comes_first(bench: Bench, live: LiveAnswer) -> None:
    bench.work.ask.options.commits.setChecked(True)
    bench.ask()
    assert live.is_veiled
    assert not is_shown(live.view)
    assert not bench.work.ask.has_answer
    assert not live.veil.show_it.isEnabled()
    live.veil.field.setText("Pneumonia.")
    live.veil.show_it.click()
    assert is_shown(live.view)
    assert live.view.answer.text() == "pneumonia"
    assert "The model agrees." in own_words(live)
    assert acts(bench) == ["committed-first"]


def own_words(live: LiveAnswer) -> str:
    item = live.view.own.itemAt(0)
    assert item is not None
    note = item.widget()
    assert isinstance(note, Note)
    return note.words.text()


def test_another_answer_is_said_to_be_another(bench: Bench, live: LiveAnswer) -> None:
    bench.work.ask.options.commits.setChecked(True)
    bench.ask()
    live.veil.field.setText("fracture")
    live.veil.show_it.click()
    assert "The model does not." in own_words(live)


def test_words_that_come_stay_hidden_until_the_reader_has_answered(make_bench: MakeBench) -> None:
    bench = make_bench(holds=True)
    live = bench.work.ask.answer
    bench.work.ask.options.commits.setChecked(True)
    bench.ask()
    held = bench.host.held[0]
    held.say("pneu")
    assert not is_shown(live.view)
    live.veil.field.setText("normal")
    live.veil.show_it.click()
    assert is_shown(live.view)
    assert live.view.answer.text().startswith("pneu")


def test_the_choice_is_kept(bench: Bench) -> None:
    bench.work.ask.options.commits.setChecked(True)
    assert bench.work.desk.preferences.commits_first
    assert (bench.library.folder / "preferences.json").exists()


@pytest.fixture
def checked(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Two references of a checked casebook in the tray, and a model that is 60 % sure."""
    cases = bench.add_cases("pneumonia", "normal")
    book = bench.library.create_casebook("Lungs")
    bench.library.add_to_casebook(book.id, [case.id for case in cases])
    members = bench.library.cases(casebook=book.id)
    check = KeptCheck(content_of(members), 2, "shots help here", 0.9, 0.5, 0.95)
    keep(bench.library.folder, book.id, "starter", check)

    def ask(request: AskRequest, **_: object) -> Answer:
        bench.engine.requests.append(request)
        scores = zip(request.options, (0.6, 0.4), strict=False)
        options = tuple(OptionScore(text, 0.0, 0.0, p, p) for text, p in scores)
        return replace(an_answer(request), options=options)

    monkeypatch.setattr(bench.engine, "ask", ask)
    bench.work.desk.add_to_tray([case.id for case in cases])
    return bench


def test_an_unsure_answer_is_shown_only_when_asked_for(checked: Bench) -> None:
    live = checked.work.ask.answer
    checked.ask()
    assert set(checked.engine.requests[-1].options) == {"pneumonia", "normal"}
    assert not is_shown(live.view)
    assert "0.60" in live.veil.candidates.text()
    assert "95% of the answers from 90 % on were right" in live.veil.why.text()
    lift = live.veil.findChild(QPushButton, "veil-lift")
    assert lift is not None
    lift.click()
    assert is_shown(live.view)
    assert acts(checked) == ["shown-unsure"]


def test_the_reader_may_have_every_answer_shown(checked: Bench) -> None:
    options = checked.work.ask.options
    checked.work.ask.question.setPlainText("What does this show?")
    checked.work.ask._write()
    assert options.abstains.isVisibleTo(options)
    assert options.abstains.text() == "Say “not sure” below 90 %"
    options.abstains.setChecked(False)
    checked.ask()
    assert checked.engine.requests[-1].options == ()
    assert is_shown(checked.work.ask.answer.view)


def test_a_second_look_asks_about_the_region_and_keeps_both(bench: Bench) -> None:
    bench.ask("Where is it?")
    live, desk = bench.work.ask.answer, bench.work.desk
    assert bench.host.view is not None
    bench.host.view = replace(bench.host.view, region=(4, 4, 16, 16))
    bench.host.view_changed.emit(bench.host.view)
    desk.look()
    assert desk.can_look_again
    again = bench.work.ask.options.again
    assert again.isVisibleTo(bench.work.ask.options)
    bench.engine.answer = "nodule"
    again.click()
    assert bench.engine.requests[-1].prompt.query.question == "Where is it?"
    assert live.view.answer.text() == "nodule"
    assert "“pneumonia”" in live.view.before.words.text()
    assert [record.answer for record in bench.library.history()] == ["nodule", "pneumonia"]
    assert not desk.can_look_again


def test_another_image_offers_no_second_look(bench: Bench) -> None:
    bench.ask()
    assert bench.host.view is not None
    bench.host.view = replace(bench.host.view, region=(4, 4, 16, 16), frame_index=3)
    bench.work.desk.look()
    assert not bench.work.desk.can_look_again
    bench.work.desk.second_look()
    assert bench.host.notes[-1][0] == "There is no second look to take."
