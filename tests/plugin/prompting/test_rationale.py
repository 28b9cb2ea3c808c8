"""A rationale is offered only where every shot has one and the model can be asked for it."""

from dataclasses import replace

from precedent_inference.protocol import ModelCard
from precedent_inference.templates import TemplateChanges, Templates
from precedent_plugin.cases import Case
from precedent_plugin.prompting.rationale import rationale_choice

PLAIN = Case("1" * 32, ("a" * 64,), "Where?", "Left")
TOLD = replace(PLAIN, id="2" * 32, rationale="It is dark there.")
CARD = ModelCard("starter", "flamingo", "yes", 9, 512, "", templates=Templates("shot", "query"))
WAYS = TemplateChanges(rationale_shot="shot", rationale_query="query")


def test_every_shot_must_have_one() -> None:
    choice = rationale_choice([TOLD, PLAIN], None)
    assert not choice.is_offered
    assert choice.reason == "1 of 2 references has no rationale; a model follows form."
    assert rationale_choice([TOLD, TOLD], None).is_offered


def test_the_model_must_have_a_template_of_its_own_or_the_users() -> None:
    assert not rationale_choice([TOLD], CARD).is_offered
    assert rationale_choice([TOLD], CARD, WAYS).is_offered
