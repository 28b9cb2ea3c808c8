"""How a prompt is written for a model: the model's own templates, and what a user changes of them.

Special tokens stand in the template; user text stands in its fields and stays text.
"""

import string
from dataclasses import dataclass, fields, replace

from precedent_resources import PrecedentError

MAX_TEMPLATE_CHARACTERS = 4_000


@dataclass(frozen=True, slots=True)
class Templates:
    """How a prompt is written: special tokens in the template, user text in its fields."""

    shot: str
    """Fields {question} and {answer}."""
    query: str
    """Field {question}; ends where the answer begins."""
    start: str | int | None = None
    """The first token, by text or id; None when the model has none."""
    preamble: str = ""
    """Text before the first shot."""
    rationale_shot: str | None = None
    """Fields {question}, {rationale} and {answer}; None when the model states no rationales."""
    rationale_query: str | None = None

    @property
    def before_answer(self) -> str:
        """What a shot writes between the end of a query and its answer, as a rule a space."""
        asked = self.query.rpartition("{question}")[2]
        told = self.shot.rpartition("{question}")[2].partition("{answer}")[0]
        return told.removeprefix(asked) if told.startswith(asked) else ""

    @property
    def states_rationales(self) -> bool:
        """Whether a rationale can be shown and asked for."""
        return self.rationale_shot is not None and self.rationale_query is not None


@dataclass(frozen=True, slots=True)
class TemplateChanges:
    """What a user changed of a model's templates; None keeps the model's own."""

    preamble: str | None = None
    shot: str | None = None
    query: str | None = None
    rationale_shot: str | None = None
    rationale_query: str | None = None

    @property
    def changed(self) -> dict[str, str]:
        """The changed texts by name."""
        return {
            field.name: text
            for field in fields(self)
            if (text := getattr(self, field.name)) is not None
        }

    def applied_to(self, own: Templates) -> Templates:
        """Give a model's templates with these changes in them, unchecked."""
        return replace(own, **self.changed)


def require_whole(
    templates: Templates, image_token: str, where: str, error: type[PrecedentError]
) -> None:
    """Raise `error` unless each template has its fields and stands for its pictures once."""
    wanted = {
        "shot": (templates.shot, {"question", "answer"}),
        "query": (templates.query, {"question"}),
        "rationale_shot": (templates.rationale_shot, {"question", "rationale", "answer"}),
        "rationale_query": (templates.rationale_query, {"question"}),
    }
    for name, (template, names) in wanted.items():
        if template is not None:
            _require_fields(template, names, f"{where}: {name}", error)
            if template.count(image_token) != 1:
                raise error(f"{where}: {name} must hold {image_token} once.")
    if image_token in templates.preamble:
        raise error(f"{where}: the preamble must not hold {image_token}.")
    if templates.preamble:
        _require_fields(templates.preamble, set(), f"{where}: preamble", error)


def _require_fields(
    template: str, names: set[str], where: str, error: type[PrecedentError]
) -> None:
    try:
        found = {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
    except ValueError as problem:
        raise error(
            f"{where} has a brace that is no field's: {problem}.", "Write a plain brace twice."
        ) from problem
    if missing := sorted(names - found):
        raise error(f"{where} lacks the field {{{missing[0]}}}.")
    if unknown := sorted(found - names):
        raise error(f"{where} has an unknown field {{{unknown[0]}}}.", "Write a plain brace twice.")
