"""Which cases belong together: of one patient, of one study, or of one picture.

A case is only ever asked with cases of other groups in the tray. Otherwise the answer may lie in
the prompt already, and every figure is too good.
"""

from collections.abc import Hashable, Iterator, Sequence

from precedent_plugin.cases import Case


def groups_of(cases: Sequence[Case], same_picture: Sequence[str]) -> list[int]:
    """Give each case the number of its group, counted from 0 in order of appearance.

    same_picture: a key for each case that is equal where the pixels are. Being together is
    transitive: two cases of one patient, of which one shares a picture with a third, are one group.
    """
    parents = list(range(len(cases)))

    def root(at: int) -> int:
        while parents[at] != at:
            parents[at] = parents[parents[at]]
            at = parents[at]
        return at

    first: dict[Hashable, int] = {}
    for at, (case, picture) in enumerate(zip(cases, same_picture, strict=True)):
        for key in _keys(case, picture):
            parents[root(at)] = root(first.setdefault(key, at))
    numbers: dict[int, int] = {}
    return [numbers.setdefault(root(at), len(numbers)) for at in range(len(cases))]


def _keys(case: Case, picture: str) -> Iterator[Hashable]:
    """Give what ties a case to others; what is not known ties nothing."""
    yield "picture", picture
    yield from (("image", sha256) for sha256 in case.images)
    if case.provenance.patient_key:
        yield "patient", case.provenance.patient_key
    if case.provenance.study_key:
        yield "study", case.provenance.study_key
