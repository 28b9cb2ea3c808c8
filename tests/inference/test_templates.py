"""Templates are whole before they are used, and a user's changes stand in for the model's own."""

import pytest

from precedent_inference.errors import PromptError
from precedent_inference.templates import TemplateChanges, Templates, require_whole

OWN = Templates("<image>{question} {answer}", "<image>{question}", start="<s>", preamble="Look.")


def check(templates: Templates) -> None:
    require_whole(templates, "<image>", "mine", PromptError)


def test_what_is_not_changed_stays_the_models_own() -> None:
    changed = TemplateChanges(preamble="", query="<image>{question}?").applied_to(OWN)
    assert changed == Templates(OWN.shot, "<image>{question}?", start="<s>", preamble="")


def test_a_model_states_rationales_only_with_both_templates() -> None:
    shot = "<image>{question} {rationale} {answer}"
    assert not TemplateChanges(rationale_shot=shot).applied_to(OWN).states_rationales
    both = TemplateChanges(rationale_shot=shot, rationale_query="<image>{question} Why:")
    assert both.applied_to(OWN).states_rationales


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (TemplateChanges(shot="<image>{question}"), r"shot lacks the field {answer}"),
        (TemplateChanges(query="<image>"), r"query lacks the field {question}"),
        (TemplateChanges(query="{question}"), "query must hold <image> once"),
        (TemplateChanges(query="<image><image>{question}"), "query must hold <image> once"),
        (TemplateChanges(query="<image>{question} {answer}"), r"unknown field {answer}"),
        (TemplateChanges(query="<image>{question} {"), "brace that is no field's"),
        (TemplateChanges(preamble="<image>"), "preamble must not hold <image>"),
        (TemplateChanges(preamble="{name}"), r"preamble has an unknown field {name}"),
        (TemplateChanges(rationale_shot="<image>{question}{answer}"), r"lacks .*{rationale}"),
    ],
)
def test_templates_with_a_mistake_are_refused(changes: TemplateChanges, words: str) -> None:
    with pytest.raises(PromptError, match=words):
        check(changes.applied_to(OWN))


def test_a_brace_written_twice_is_a_brace() -> None:
    check(TemplateChanges(preamble="As {{JSON}}.").applied_to(OWN))
