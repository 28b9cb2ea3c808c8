"""A user's templates survive their file, and every mistake in one names it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precedent_inference.templates import TemplateChanges, Templates
from precedent_plugin.errors import TemplateError
from precedent_plugin.prompting.template_files import TemplateFiles

TEXT = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> TemplateFiles:
    return TemplateFiles(tmp_path_factory.mktemp("templates"))


@given(shot=TEXT, preamble=TEXT)
def test_any_text_survives_its_file(
    shared: TemplateFiles, shot: str | None, preamble: str | None
) -> None:
    changes = TemplateChanges(shot=shot, preamble=preamble)
    shared.write("starter", changes)
    assert shared.read("starter") == changes


def test_a_model_without_a_file_has_no_changes(tmp_path: Path) -> None:
    assert TemplateFiles(tmp_path / "none").read("starter") is None


def test_a_file_written_by_hand_is_read(tmp_path: Path) -> None:
    files = TemplateFiles(tmp_path)
    files.path("starter").write_text(
        '# mine\npreamble = \'Be brief.\'\nquery = """<image>{question}\nSo:"""\n',
        encoding="utf-8",
    )
    assert files.read("starter") == TemplateChanges(
        preamble="Be brief.", query="<image>{question}\nSo:"
    )


def test_a_new_file_begins_with_the_models_own_texts(tmp_path: Path) -> None:
    files, own = (
        TemplateFiles(tmp_path),
        Templates("<image>{question}{answer}", "<image>{question}"),
    )
    path = files.begin("starter", own)
    assert path.read_text(encoding="utf-8").startswith("# How Precedent writes prompts")
    changes = files.read("starter")
    assert changes is not None
    assert changes.applied_to(own) == own


def test_a_file_that_was_edited_is_not_begun_again(tmp_path: Path) -> None:
    files = TemplateFiles(tmp_path)
    files.write("starter", TemplateChanges(preamble="Mine."))
    files.begin("starter", Templates("a", "b"))
    assert files.read("starter") == TemplateChanges(preamble="Mine.")


def test_removing_goes_back_to_the_models_own(tmp_path: Path) -> None:
    files = TemplateFiles(tmp_path)
    files.write("starter", TemplateChanges(preamble="Mine."))
    files.remove("starter")
    files.remove("starter")
    assert files.read("starter") is None


@pytest.mark.parametrize("name", ["org/model", "../../evil", "..", "C:\\x", "a" * 60])
def test_a_name_never_leaves_the_folder(tmp_path: Path, name: str) -> None:
    assert TemplateFiles(tmp_path).path(name).resolve().parent == tmp_path.resolve()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("shot = ", "starter.toml cannot be used"),
        ("shout = 'x'", "no use for 'shout'"),
        ("shot = 3", "shot is not a text"),
        ("#" * 70_000, "more than 64 kB"),
    ],
)
def test_a_file_with_a_mistake_is_named(tmp_path: Path, text: str, words: str) -> None:
    files = TemplateFiles(tmp_path)
    files.path("starter").write_text(text, encoding="utf-8")
    with pytest.raises(TemplateError, match=words):
        files.read("starter")


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("in the way", encoding="utf-8")
    with pytest.raises(TemplateError, match="cannot be written"):
        TemplateFiles(place).write("starter", TemplateChanges(shot="x"))
