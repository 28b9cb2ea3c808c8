"""Saving a view as a case: one key, one line, Return."""

from qtpy.QtCore import Qt
from tests.plugin.panels.bench import Bench

from precedent_plugin.preprocess import encode_png


def save(bench: Bench, question: str, answer: str) -> None:
    bench.host.commands["cases.save-view"].run()
    bench.work.ask.save_form.question.setText(question)
    bench.work.ask.save_form.answer.setText(answer)
    bench.press(bench.work.ask.save_form.answer, Qt.Key.Key_Return)


def test_case_has_exactly_the_pixels_on_screen(bench: Bench) -> None:
    save(bench, "What is it?", "a mass")
    case = bench.library.cases()[0]
    assert bench.library.image(case.images[0]) == encode_png(bench.host.painted_pixels())
    assert case.provenance.modality == "CT"
    assert case.provenance.patient_key not in ("", "PATIENT")


def test_words_used_last_are_filled_in(bench: Bench) -> None:
    save(bench, "What is it?", "a mass")
    bench.host.commands["cases.save-view"].run()
    form = bench.work.ask.save_form
    assert (form.question.text(), form.answer.text()) == ("What is it?", "a mass")
    assert form.answer.selectedText() == "a mass"


def test_picture_is_that_of_the_key_press(bench: Bench) -> None:
    bench.host.commands["cases.save-view"].run()
    before = encode_png(bench.host.painted_pixels())
    bench.host.show(seed=4, frame=30)
    bench.work.desk.look()
    bench.work.ask.save_form.question.setText("What is it?")
    bench.work.ask.save_form.answer.setText("a mass")
    bench.work.ask.save_form.save.click()
    assert bench.library.image(bench.library.cases()[0].images[0]) == before


def test_saved_case_goes_into_the_tray(bench: Bench) -> None:
    save(bench, "What is it?", "a mass")
    assert [case.answer for case in bench.work.desk.tray.active] == ["a mass"]


def test_saved_case_stays_out_of_the_tray_when_unticked(bench: Bench) -> None:
    bench.work.ask.save_form.into_tray.setChecked(False)
    save(bench, "What is it?", "a mass")
    assert bench.library.cases()
    assert not bench.work.desk.tray.shots


def test_escape_saves_nothing(bench: Bench) -> None:
    bench.host.commands["cases.save-view"].run()
    bench.press(bench.work.ask.save_form.answer, Qt.Key.Key_Escape)
    assert not bench.library.cases()
    assert bench.work.ask.about.isVisible()


def test_return_without_an_answer_does_nothing(bench: Bench) -> None:
    save(bench, "What is it?", " ")
    assert not bench.library.cases()
    assert bench.work.ask.save_form.isVisible()


def test_refused_words_stay_in_the_form(bench: Bench) -> None:
    bench.host.commands["cases.save-view"].run()
    bench.work.ask.save_form.tags.setText("x" * 500)
    save(bench, "What is it?", "a mass")
    form = bench.work.ask.save_form
    assert bench.host.notes[-1][2] == "error"
    assert form.isVisible()
    assert form.answer.text() == "a mass"
    assert form.save.isEnabled()
