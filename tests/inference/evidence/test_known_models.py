"""Evidence about models whose mind is known: every number is worked out by hand."""

import math
import threading
from dataclasses import replace

import pytest
from tests.inference.evidence.known_model import Rule, known_answerer, known_backend
from tests.inference.evidence.rules import (
    BRIGHT,
    DARK,
    about,
    asked,
    deaf,
    fickle,
    flat,
    last,
    looks,
    most,
    nearest,
)

from precedent_inference.errors import Cancelled, PromptError
from precedent_inference.evidence.examine import examine
from precedent_inference.evidence.findings import (
    Evidence,
    EvidenceRequest,
    Finding,
    Part,
    Reliance,
    Removal,
)
from precedent_inference.protocol import AskRequest

TRAY = ((flat(DARK), "benign"), (flat(BRIGHT), "mass"), (flat(DARK + 8), "benign"))
LOPSIDED = ((flat(90), "mass"), (flat(100), "mass"), (flat(110), "mass"), (flat(120), "benign"))


def found(rule: Rule, request: AskRequest, *parts: Part) -> Evidence:
    """Examine what a known model answers."""
    answerer = known_answerer(rule)
    wanted = about(request, answerer.answer(request).text)
    wanted = replace(wanted, parts=parts) if parts else wanted
    return examine(answerer, wanted, lambda _: None, threading.Event())


def reliance(evidence: Evidence, what: Removal) -> Reliance:
    return next(one for one in evidence.reliances if one.without == what)


def test_the_log_probability_is_that_of_the_rule() -> None:
    # Nine of ten for the nearest shot's answer, and a third of the tenth left over.
    certainty = found(nearest, asked(flat(BRIGHT), *TRAY), "certainty").certainty
    assert certainty is not None
    assert certainty.log_probability == pytest.approx(math.log(0.9 + 0.1 / 3), abs=1e-5)
    assert certainty.rival == "benign"
    assert certainty.margin == pytest.approx(math.log((0.9 + 0.1 / 3) / (0.2 / 3)), abs=1e-5)


def test_a_rival_is_found_without_shots() -> None:
    certainty = found(deaf, asked(flat(DARK)), "certainty").certainty
    assert certainty is not None
    assert certainty.rival == "benign"
    assert certainty.margin == pytest.approx(math.log(9), abs=1e-5)


def test_an_option_has_its_best_rival_among_the_options() -> None:
    request = asked(flat(BRIGHT), *TRAY, options=("mass", "benign"))
    certainty = found(nearest, request, "certainty").certainty
    assert certainty is not None
    assert certainty.rival == "benign"


def test_influence_is_the_change_by_leaving_a_shot_out() -> None:
    # mass has 27 of 28 by cubes; without one mass 8 of 9, without the benign one all.
    influences = found(most, asked(flat(60), *LOPSIDED), "influence").influences
    with_all = math.log(27 / 28)
    for_it, against = with_all - math.log(8 / 9), with_all - math.log(1)
    assert [one.change for one in influences] == pytest.approx(
        [for_it, for_it, for_it, against], abs=1e-5
    )
    assert [one.case_id for one in influences] == ["case-0", "case-1", "case-2", "case-3"]
    assert for_it > 0 > against


def test_the_shot_that_decides_has_all_the_influence() -> None:
    influences = found(nearest, asked(flat(BRIGHT), *TRAY), "influence").influences
    # Without the bright shot neither answer has mass in it: its probability is that of no token.
    assert max(influences, key=lambda one: one.change).shot == 1
    assert abs(influences[0].change) < 0.05


def test_two_equal_shots_share_their_influence() -> None:
    twin = (flat(BRIGHT), "mass")
    influences = found(nearest, asked(flat(BRIGHT), *TRAY, twin), "influence").influences
    assert influences[1].change == pytest.approx(influences[3].change, abs=1e-5)
    assert influences[1].change < 0.1


@pytest.mark.parametrize(
    ("rule", "query", "tray", "rests", "word"),
    [
        (nearest, BRIGHT, TRAY, "precedents", "and the picture decides"),
        (most, 60, LOPSIDED, "majority", "3 of 4 precedents"),
        (last, 60, TRAY, "last", "with another answer last"),
        (looks, BRIGHT, TRAY, "image", "the precedents change nothing"),
        (deaf, BRIGHT, TRAY, "unused", "nor is the picture"),
        (deaf, BRIGHT, (), "unused", "words alone"),
        (looks, BRIGHT, (), "image", "blank, it"),
        (most, 60, TRAY[:1], "majority", "its only precedent"),
    ],
)
def test_the_verdict_on_a_known_model(
    rule: Rule, query: int, tray: tuple[tuple[bytes, str], ...], rests: str, word: str
) -> None:
    verdict = found(rule, asked(flat(query), *tray)).verdict
    assert verdict is not None
    assert verdict.rests == rests
    assert word in verdict.sentence


def test_a_model_that_cannot_decide_is_unstable() -> None:
    verdict = found(fickle, asked(flat(60), *LOPSIDED)).verdict
    assert verdict is not None
    assert verdict.rests == "unstable"


def test_a_blank_picture_does_not_move_an_image_blind_model() -> None:
    evidence = found(most, asked(flat(60), *LOPSIDED), "reliance")
    for what in ("query-picture", "shot-pictures"):
        tried = reliance(evidence, what)
        assert not tried.has_moved
        assert tried.change == pytest.approx(0, abs=1e-5)


def test_a_blank_picture_moves_a_model_that_looks() -> None:
    # Normalised, grey 20 is (20/255 - 0.5) / 0.25 = -1.686, and a blank picture is 0.
    evidence = found(looks, asked(flat(DARK), *TRAY), "reliance")
    sure = 1 / (1 + math.exp(8 * (20 / 255 - 0.5) / 0.25))
    tried = reliance(evidence, "query-picture")
    # The mean grey is 128 of 255, which is 0.0078 above the middle.
    blank = 1 - 1 / (1 + math.exp(-8 * (128 / 255 - 0.5) / 0.25))
    assert tried.change == pytest.approx(math.log(sure) - math.log(blank), abs=1e-4)


def test_exchanged_answers_turn_an_answer_that_rests_on_them() -> None:
    tried = reliance(found(nearest, asked(flat(BRIGHT), *TRAY), "reliance"), "shot-answers")
    assert (tried.answer, tried.expected, tried.has_moved) == ("benign", "benign", True)


def test_exchanged_answers_leave_a_model_that_only_looks() -> None:
    tried = reliance(found(looks, asked(flat(BRIGHT), *TRAY), "reliance"), "shot-answers")
    assert (tried.answer, tried.expected, tried.has_moved) == ("mass", "benign", False)
    assert tried.change == pytest.approx(0, abs=1e-5)


def test_equal_answers_cannot_be_exchanged() -> None:
    evidence = found(most, asked(flat(60), *LOPSIDED[:3]), "reliance")
    assert [one.without for one in evidence.reliances] == ["query-picture", "shot-pictures"]


def test_a_model_that_does_not_mind_the_order_agrees_in_every_order() -> None:
    orders, samples = found(nearest, asked(flat(BRIGHT), *TRAY), "agreement").agreements
    assert orders.by == "orders"
    assert orders.agreeing == len(orders.runs) == 5  # all but the given one of three shots' six
    assert orders.entropy == 0
    assert samples.by == "samples"
    assert len(samples.runs) == 6


def test_a_copier_of_the_last_shot_follows_every_order() -> None:
    orders = found(last, asked(flat(60), *TRAY), "agreement").agreements[0]
    answers = [answer for _, answer in TRAY]
    assert [run.answer for run in orders.runs] == [answers[run.shots[-1]] for run in orders.runs]


def test_the_rules_stand_beside_the_answer() -> None:
    said = {
        one.rule: one.answer
        for one in found(last, asked(flat(60), *LOPSIDED), "baselines").baselines
    }
    # Brightness 60 is nearest to 90; the latents are the picture itself.
    assert said == {"majority": "mass", "nearest": "mass", "last": "benign", "zero-shot": "none"}


def test_two_equal_parties_have_no_majority() -> None:
    tray = (*TRAY, (flat(BRIGHT - 9), "mass"))
    majority = found(nearest, asked(flat(BRIGHT), *tray), "baselines").baselines[0]
    assert (majority.answer, majority.agrees) == (None, False)


def test_findings_are_told_as_they_are_made_and_the_verdict_last() -> None:
    answerer, told = known_answerer(nearest), list[Finding]()
    request = EvidenceRequest(asked(flat(BRIGHT), *TRAY), "mass")
    evidence = examine(answerer, request, told.append, threading.Event())
    assert tuple(told) == evidence.findings
    assert told[-1] == evidence.verdict
    assert evidence.seconds > 0


def test_without_all_its_grounds_there_is_no_verdict() -> None:
    assert found(nearest, asked(flat(BRIGHT), *TRAY), "reliance", "agreement").verdict is None


def test_an_examination_stops_at_once() -> None:
    answerer, cancel = known_answerer(nearest), threading.Event()
    request = EvidenceRequest(asked(flat(BRIGHT), *TRAY), "mass")
    with pytest.raises(Cancelled):
        examine(answerer, request, lambda _: cancel.set(), cancel)
    before = known_backend(answerer).forwards
    with pytest.raises(Cancelled):
        examine(answerer, request, lambda _: None, cancel)
    assert known_backend(answerer).forwards == before


def test_leaving_one_out_costs_one_pass_a_shot_and_encodes_nothing() -> None:
    answerer = known_answerer(nearest)
    request = asked(flat(BRIGHT), *TRAY)
    wanted = EvidenceRequest(request, answerer.answer(request).text, ("influence",))
    backend = known_backend(answerer)
    forwards, encoded = backend.forwards, backend.encoded
    examine(answerer, wanted, lambda _: None, threading.Event())
    assert backend.forwards - forwards == len(TRAY) + 1
    assert backend.encoded == encoded


def test_an_examination_keeps_no_pictures_and_no_prompts() -> None:
    answerer = known_answerer(nearest)
    request = asked(flat(BRIGHT), *TRAY)
    wanted = about(request, answerer.answer(request).text)
    images, prefixes = answerer.engine.image_cache, answerer.engine.prefix_cache
    held = (len(images), prefixes.used_bytes)
    examine(answerer, wanted, lambda _: None, threading.Event())
    # The grey picture is the one thing kept, for the next examination.
    assert (len(images), prefixes.used_bytes) == (held[0] + 1, held[1])


def test_an_answer_that_is_no_option_is_refused() -> None:
    request = EvidenceRequest(asked(flat(60), *TRAY, options=("mass", "benign")), "cyst")
    with pytest.raises(PromptError, match="none of the options"):
        examine(known_answerer(nearest), request, lambda _: None, threading.Event())
