"""Icons, themes, presets, templates and the schema: whole, readable, and in agreement."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from precedent_resources import resource

SVG = "{http://www.w3.org/2000/svg}"
ASKED_FOR = (
    "open folder window-level pan zoom scroll region reset fit one-to-one invert rotate flip-h"
    " flip-v tags log palette theme case-add ask stop copy undo trash import export library history"
    " warning info close search pin mute star play settings"
).split()
THEMES = ("dark", "light")
TEXT_ON_GROUND = [
    *(
        (ink, ground)
        for ink in ("text", "text_muted")
        for ground in ("window", "surface", "raised")
    ),
    *(
        (ink, g)
        for ink in ("info", "success", "warning", "error", "accent")
        for g in ("window", "surface")
    ),
    ("text", "hover"),
    ("text", "pressed"),
    ("text", "selection"),
    ("accent_text", "accent"),
    ("accent_text", "accent_hover"),
    ("overlay_text", "canvas"),
    ("overlay_muted", "canvas"),
    ("region", "canvas"),
]
BORDERS = [("border_strong", "window"), ("focus", "window"), ("focus", "surface")]


def icons() -> list[Path]:
    return sorted(resource("icons").glob("*.svg"))


def colors(theme: str) -> dict[str, str]:
    record = json.loads(resource("themes", f"{theme}.json").read_text(encoding="utf-8"))
    chosen: dict[str, str] = record["colors"]
    return chosen


def contrast(one: str, other: str) -> float:
    """Give the contrast ratio. Source: WCAG 2.2, relative luminance and contrast ratio."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(color: str) -> float:
    parts = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("name", ASKED_FOR)
def test_icon_is_shipped(name: str) -> None:
    assert resource("icons", f"{name}.svg").is_file()


@pytest.mark.parametrize("path", icons(), ids=lambda path: path.stem)
def test_icon_takes_its_colour_from_the_theme(path: Path) -> None:
    root = ElementTree.fromstring(path.read_text(encoding="utf-8"))

    assert root.attrib["viewBox"] == "0 0 24 24"
    assert root.attrib["stroke"] == "currentColor"
    assert {one.tag.removeprefix(SVG) for one in root} <= {"path", "circle", "rect"}
    inks = {one.attrib.get(key, "none") for one in root for key in ("fill", "stroke")}
    assert inks <= {"none", "currentColor"}


def test_no_two_icons_are_the_same() -> None:
    drawings = {path.read_text(encoding="utf-8") for path in icons()}

    assert len(drawings) == len(icons())


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("ink", "ground"), TEXT_ON_GROUND)
def test_text_stands_out(theme: str, ink: str, ground: str) -> None:
    chosen = colors(theme)

    assert contrast(chosen[ink], chosen[ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("line", "ground"), BORDERS)
def test_borders_of_controls_stand_out(theme: str, line: str, ground: str) -> None:
    chosen = colors(theme)

    assert contrast(chosen[line], chosen[ground]) >= 3.0


def test_contrast_agrees_with_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def test_themes_name_the_same_colours() -> None:
    assert colors("dark").keys() == colors("light").keys()


def test_window_presets_are_usable() -> None:
    presets = json.loads(resource("presets", "windows.json").read_text(encoding="utf-8"))["presets"]

    assert len({preset["id"] for preset in presets}) == len(presets)
    assert all(preset["width"] >= 1 for preset in presets)
    assert all(preset["function"] in {"LINEAR", "LINEAR_EXACT", "SIGMOID"} for preset in presets)
    names = {preset["name"] for preset in presets if preset["modality"] == "CT"}
    assert {"Brain", "Subdural", "Stroke", "Lung", "Bone", "Abdomen", "Mediastinum"} <= names


def test_suggested_questions_can_be_asked() -> None:
    record = json.loads(resource("templates", "questions.json").read_text(encoding="utf-8"))

    assert all(0 < len(one["text"]) <= 200 for one in record["questions"])
    assert any(one["modality"] == "" for one in record["questions"])


def test_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


def test_schema_refuses_a_field_that_it_does_not_name() -> None:
    record = casebook()
    record["cases"][0]["provenance"]["patient_name"] = "Doe"

    with pytest.raises(jsonschema.ValidationError, match="patient_name"):
        jsonschema.validate(record, schema())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "not-a-uuid"),
        ("images", []),
        ("question", "  "),
        ("answer", "x" * 2001),
        ("tags", ["a", "a"]),
        ("rationale", 3),
    ],
)
def test_schema_refuses_a_wrong_case(field: str, value: object) -> None:
    record = casebook()
    record["cases"][0][field] = value

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(record, schema())


def test_schema_takes_a_right_casebook() -> None:
    jsonschema.validate(casebook(), schema())


def schema() -> dict[str, Any]:
    text = resource("schemas", "casebook.schema.json").read_text(encoding="utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


def casebook() -> dict[str, Any]:
    case = {
        "id": "0123456789abcdef0123456789abcdef",
        "images": [{"sha256": "a" * 64, "width": 8, "height": 8}],
        "question": "What is it?",
        "answer": "a square",
        "rationale": None,
        "tags": ["shape"],
        "task": "shape",
        "teaching_point": "Four corners.",
        "author": "",
        "links": [{"kind": "contrast-to", "case_id": "f" * 32}],
        "provenance": {
            "modality": "CT",
            "body_part": "",
            "laterality": "",
            "window": {"center": 40, "width": 400},
            "is_inverted": False,
            "spacing_mm": {"rows": 0.5, "columns": 0.5},
            "mpp": None,
            "patient_key": "k1",
            "study_key": "",
            "source": "",
            "licence": "",
        },
    }
    return {
        "format": "precedent-casebook",
        "version": 2,
        "name": "One case",
        "description": "",
        "created": "2026-01-01T09:00:00Z",
        "licence": "",
        "cases": [case],
    }
