"""A key object selection as a title, a text and the images that it names. PS3.16 TID 2010."""

from dataclasses import dataclass
from pathlib import Path

from precedent_viewer.model.document import Reference
from precedent_viewer.objects.report import ContentItem, read_report

DESCRIPTION = "Key Object Description"


@dataclass(frozen=True, slots=True)
class KeyObjects:
    """What somebody picked, and why."""

    title: str
    """"Of Interest", "For Teaching"..."""
    modifiers: tuple[str, ...]
    description: str
    objects: tuple[Reference, ...]
    """In the order of the selection; an image with several frames is named once a frame."""


def read_key_objects(path: Path) -> KeyObjects:
    """Read a key object selection. Raises FileError or DecodeError."""
    return key_objects_of(read_report(path).root)


def key_objects_of(root: ContentItem) -> KeyObjects:
    """Take the selection out of a content tree."""
    texts = [one.value for one in root.walk() if one.value_type == "TEXT" and one.value]
    named = [one for one in root.walk() if one.reference is not None]
    return KeyObjects(
        title=root.name or "Key objects",
        modifiers=tuple(
            one.value
            for one in root.children
            if one.value_type == "CODE" and one.relationship == "HAS CONCEPT MOD"
        ),
        description="\n".join(texts),
        objects=tuple(single for one in named for single in _singles(one.reference)),
    )


def _singles(reference: Reference | None) -> tuple[Reference, ...]:
    """Give one reference a frame, so that each can be jumped to."""
    if reference is None:
        return ()
    if len(reference.frames) < 2:
        return (reference,)
    uid, series = reference.sop_instance_uid, reference.series_uid
    return tuple(Reference(uid, (frame,), series) for frame in reference.frames)
