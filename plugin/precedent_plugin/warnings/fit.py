"""What does not fit the model: texts beyond its context, more pictures than it takes or knows."""

from collections.abc import Iterator, Sequence

from precedent_inference.protocol import PromptFacts
from precedent_plugin.warnings.repair import MuteShots, Repair, Shorten
from precedent_plugin.warnings.warning import PromptWarning, Proposal


def too_long(proposal: Proposal) -> Iterator[PromptWarning]:
    """Say when prompt and answer are longer than the model reads."""
    facts = proposal.facts
    if facts is None or facts.total_tokens <= facts.context_tokens:
        return
    over = facts.total_tokens - facts.context_tokens
    repair: Repair
    if len(facts.shot_tokens) == len(proposal.cases) and sum(facts.shot_tokens) >= over:
        repair = MuteShots(proposal.ids(_first(facts.shot_tokens, over)))
    elif facts.query_tokens > facts.answer_tokens:
        repair = Shorten("question", over - sum(facts.shot_tokens))
    else:
        repair = Shorten("answer", over - sum(facts.shot_tokens))
    yield PromptWarning(
        "too-long",
        f"Prompt and answer need {facts.total_tokens} tokens; {facts.model} reads "
        f"{facts.context_tokens}.",
        repair.case_ids if isinstance(repair, MuteShots) else (),
        repair,
    )


def too_many_pictures(proposal: Proposal) -> Iterator[PromptWarning]:
    """Say when there are more pictures than the model takes, or than it was trained with."""
    facts = proposal.facts
    if facts is None:
        return
    count, trained = len(facts.pictures), facts.trained_images
    if count > facts.max_images:
        yield from _over(
            proposal,
            facts.max_images,
            PromptWarning(
                "too-many-pictures",
                f"{count} pictures would be sent; {facts.model} takes at most {facts.max_images}.",
            ),
        )
    elif trained is not None and count > trained:
        yield from _over(
            proposal,
            trained,
            PromptWarning(
                "beyond-training",
                f"{count} pictures would be sent; {facts.model} was trained with at most "
                f"{trained} at once.",
            ),
        )


def _over(proposal: Proposal, limit: int, warning: PromptWarning) -> Iterator[PromptWarning]:
    """Add the shots that are over a limit of pictures: the first ones, which weigh least."""
    facts = proposal.facts
    assert facts is not None
    counts = [len(case.images) for case in proposal.cases]
    over = min(len(facts.pictures) - limit, sum(counts))
    ids = proposal.ids(_first(counts, over)) if over > 0 else ()
    yield PromptWarning(warning.kind, warning.message, ids, MuteShots(ids) if ids else None)


def kept_shots(facts: PromptFacts) -> int:
    """Give how many of the last shots fit the context together with the question."""
    over = max(0, facts.total_tokens - facts.context_tokens)
    return len(facts.shot_tokens) - len(_first(facts.shot_tokens, over))


def _first(sizes: Sequence[int], over: int) -> list[int]:
    """Number the first shots that together take at least `over`."""
    numbers: list[int] = []
    taken = 0
    for number, size in enumerate(sizes, start=1):
        if taken >= over:
            break
        numbers.append(number)
        taken += size
    return numbers
