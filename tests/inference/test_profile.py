"""The profile is checked where it is read, and every mistake names its place."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.inference.tiny import tiny_profile

from precedent_inference.errors import ModelError
from precedent_inference.profile import (
    Feature,
    ModelProfile,
    profile_from_json,
    profile_to_json,
    read_profile,
)

Change = Callable[[dict[str, Any]], object]


def test_a_profile_survives_its_file() -> None:
    profile = tiny_profile("next")
    assert profile_from_json(json.loads(profile_to_json(profile)), "x") == profile


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
