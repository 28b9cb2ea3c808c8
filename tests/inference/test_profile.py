"""The profile is checked where it is read, and every mistake names its place."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.inference.tiny import tiny_profile

from precedent_inference.errors import ModelError
from precedent_inference.profile import (
    AnswerRules,
    Feature,
    ModelProfile,
    StopRules,
    profile_from_json,
    profile_to_json,
    read_profile,
)
from precedent_inference.templates import Templates

Change = Callable[[dict[str, Any]], object]


def test_a_profile_survives_its_file() -> None:
    profile = tiny_profile("next")
    assert profile_from_json(json.loads(profile_to_json(profile)), "x") == profile


def test_how_an_answer_ends_and_is_cleaned_survives_the_file() -> None:
    profile = replace(
        tiny_profile("next"),
        stop=StopRules(("<|endofchunk|>",), ("Question",), is_learned=False),
        answer=AnswerRules(("<unk> ",)),
    )
    assert profile_from_json(json.loads(profile_to_json(profile)), "x") == profile


def test_a_profile_from_before_these_rules_reads_as_it_was_meant() -> None:
    raw = json.loads(profile_to_json(tiny_profile("next")))
    del raw["answer"], raw["stop"]["is_learned"]
    assert profile_from_json(raw, "x") == tiny_profile("next")


def test_what_a_model_was_trained_with_survives_the_file() -> None:
    profile = replace(tiny_profile("next"), trained_images=5)
    assert profile_from_json(json.loads(profile_to_json(profile)), "x") == profile
    assert "trained_images" not in json.loads(profile_to_json(tiny_profile("next")))


@pytest.mark.parametrize(
    ("shot", "query", "between"),
    [
        ("<image>Q: {question} A: {answer}.", "<image>Q: {question} A:", " "),
        ("<image>{question}{answer}", "<image>{question}", ""),
        ("<image>{question}\n\nSo: {answer}", "<image>{question}\n\n", "So: "),
        ("<image>{question} = {answer}", "<image>{question}?", ""),
    ],
)
def test_what_a_shot_writes_before_its_answer_is_known(shot: str, query: str, between: str) -> None:
    assert Templates(shot, query).before_answer == between


def test_a_feature_may_name_its_latents() -> None:
    raw = json.loads(profile_to_json(tiny_profile("next")))
    raw["feature"] = {"pool": {"latents": [0, 2]}}
    profile = profile_from_json(raw, "x")
    assert profile.feature == Feature("mean", (0, 2))
    assert profile_from_json(json.loads(profile_to_json(profile)), "x") == profile


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda raw: raw.pop("name"), "lacks the field name"),
        (lambda raw: raw.update(format="other"), "not a model profile"),
        (lambda raw: raw.update(version=2), "not a model profile"),
        (lambda raw: raw.update(kind="mystery"), "kind must be 'flamingo'"),
        (lambda raw: raw.update(placement="after"), "placement must be 'next' or 'previous'"),
        (lambda raw: raw.update(max_images=0), "max_images must be at least 1"),
        (lambda raw: raw.update(takes_shots=True), "takes_shots must be"),
        (lambda raw: raw["image"].update(resize="letterbox"), "image: resize must be 'shortest'"),
        (lambda raw: raw["image"].update(mean=[0.5]), "three numbers"),
        (lambda raw: raw["image"].update(std=[0, 1, 1]), "std never 0"),
        (lambda raw: raw["templates"].update(query="no field"), "lacks the field {question}"),
        (lambda raw: raw["stop"].update(tokens="one"), "tokens must be a list"),
        (lambda raw: raw["stop"].update(texts=[""]), "texts must not hold an empty text"),
        (lambda raw: raw["stop"].update(is_learned="no"), "is_learned must be true or false"),
        (lambda raw: raw.update(answer={"drop": [""]}), "drop must not hold an empty text"),
        (lambda raw: raw.update(answer={"drop": ["<u", "<unk>"]}), "no text of drop may begin"),
        (lambda raw: raw["templates"].update(query="{question}"), "must hold <image> once"),
        (lambda raw: raw["templates"].update(preamble="<image>"), "the preamble must not hold"),
        (lambda raw: raw.update(feature={"pool": {"latents": []}}), "at least one latent"),
        (lambda raw: raw.update(hashes={"x": 1}), "hashes: x must be a text"),
    ],
)
def test_a_wrong_profile_is_refused_with_its_place(change: Change, words: str) -> None:
    raw = json.loads(profile_to_json(tiny_profile("next")))
    change(raw)
    with pytest.raises(ModelError, match=words):
        profile_from_json(raw, "tiny/profile.json")


@pytest.mark.parametrize("text", ["", "[]", "{", "\x00"])
def test_a_file_that_is_no_profile_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "profile.json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError):
        read_profile(tmp_path)


def test_another_hash_is_another_fingerprint() -> None:
    profile = tiny_profile("next")
    changed: ModelProfile = profile_from_json(
        json.loads(profile_to_json(profile)) | {"hashes": {"weights.safetensors": "0"}}, "x"
    )
    assert changed.fingerprint != profile.fingerprint
