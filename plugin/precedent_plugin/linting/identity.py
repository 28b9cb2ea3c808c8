"""Words that may tell who somebody is: dates, numbers of records, names, ages over 89, addresses.

Source of the list: HIPAA Safe Harbor, 45 CFR 164.514(b)(2). No list of names is used: it would flag
Crohn and Hounsfield; a name is known by what stands before or between its parts.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from precedent_plugin.linting.finding import Weight

MONTHS: Final = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?"
    "|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|januar|februar|märz|mai|juni|juli|oktober|dezember"
)
CAPITAL: Final = "[A-ZÄÖÜ]"
DAY: Final = r"(?:0?[1-9]|[12]\d|3[01])"
YEAR: Final = r"(?:19|20)\d\d"


class Rule(NamedTuple):
    """A pattern and what it means."""

    kind: str
    weight: Weight
    pattern: re.Pattern[str]
    words: str
    """What it is, with its article: "a date"."""


def _of(pattern: str, flags: int = 0) -> re.Pattern[str]:
    return re.compile(pattern, flags)


RULES: Final = (
    Rule("date", "must", _of(rf"\b{YEAR}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b"), "a date"),
    Rule("date", "must", _of(rf"\b\d{{1,2}}\.\d{{1,2}}\.(?:{YEAR}|\d\d)\b(?!\.?\d)"), "a date"),
    Rule("date", "must", _of(rf"\b{DAY}/{DAY}/(?:{YEAR}|\d\d)\b"), "a date"),
    Rule(
        "date", "must",
        _of(rf"\b(?:\d{{1,2}}(?:st|nd|rd|th|\.)?\s+(?:{MONTHS})\.?,?\s+{YEAR}"
            rf"|(?:{MONTHS})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+{YEAR})\b", re.I),
        "a date",
    ),
    Rule(
        "date", "must", _of(r"\b(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\b"), "a date"
    ),
    Rule("identifier", "must", _of(r"\b[0-2](?:\.\d+){5,}\b"), "a DICOM identifier"),
    Rule(
        "record number", "must",
        _of(r"\b(?:mrn|pid|patient[ -]?id|accession|acc(?:\.|ession)?\s*(?:no|nr|number)|record"
            r"|chart|fallnummer|pat\.?-?nr)\b[\s.:#-]{0,4}(?:no\.?|nr\.?|number)?[\s.:#-]{0,3}"
            r"[A-Za-z]{0,4}-?\d[\w-]{3,}", re.I),
        "a record number",
    ),
    Rule("record number", "must", _of(r"(?<![\d.,])\d{7,}(?![\d.,]?\d)"), "a long number"),
    Rule(
        "name", "must",
        _of(r"\b(?:Dr|Prof|Mr|Mrs|Ms|Herr|Frau|Doctor|Professor)\.?\s+(?:[A-Z]\.\s*)?"
            r"[A-ZÄÖÜ][\w'äöüß-]+"),
        "a name",
    ),
    Rule("name", "must", _of(rf"\b{CAPITAL}[A-Za-zÄÖÜäöüß'-]+\^{CAPITAL}[\w'-]*"), "a name"),
    Rule(
        "name", "must",
        _of(r"\b[Pp]atient(?:in)?(?:'s)?[\s,]+(?:name[ds]?\s*(?:is|was|:)?|called|:)\s*"
            r"[A-ZÄÖÜ][\w'-]+(?:\s+[A-ZÄÖÜ][\w'-]+)?"),
        "a name",
    ),
    Rule(
        "age", "must",
        _of(r"\b(?:9\d|1[01]\d)[\s-]*(?:years?|yrs?|y)[\s./-]*(?:old|o)\b"
            r"|\baged?\s+(?:9\d|1[01]\d)\b", re.I),
        "an age over 89",
    ),
    Rule("address", "must", _of(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b"), "an e-mail address"),
    Rule(
        "address", "must",
        _of(r"(?:\+\d{1,3}[ /-]?|\b0)\(?\d{2,5}\)?[ /-]\d{3,}(?:[ -]\d{2,})*\b"
            r"|\b\(?\d{3}\)?[ -]\d{3}-\d{4}\b"),
        "a telephone number",
    ),
    Rule(
        "institution", "should",
        _of(r"\b(?:[A-ZÄÖÜ][\w.'-]+\s+){1,3}(?:Hospital|Klinikum|Krankenhaus|Infirmary"
            r"|Medical\s+Cent(?:er|re)|University\s+Hospital)\b"),
        "an institution",
    ),
)  # fmt: skip


class Found(NamedTuple):
    """What a rule found in a text."""

    rule: Rule
    start: int
    end: int


def find_identity(text: str) -> Iterator[Found]:
    """Give what may tell who somebody is; where two rules agree, the first one's words."""
    taken: list[tuple[int, int]] = []
    for rule in RULES:
        for match in rule.pattern.finditer(text):
            start, end = match.span()
            if all(end <= other or start >= until for other, until in taken):
                taken.append((start, end))
                yield Found(rule, start, end)
