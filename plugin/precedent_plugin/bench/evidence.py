"""What it costs to find each shot's influence, against one first token with everything cached."""

import statistics
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Final

from precedent_inference.client import LocalEngine
from precedent_inference.evidence.findings import EvidenceRequest
from precedent_inference.prompt import Prompt, Query, Shot
from precedent_inference.protocol import AskRequest, Sampling
from precedent_plugin.references import from_file
from precedent_resources import resource

SHOTS: Final = 6
REPEATS: Final = 15
SETTLING: Final = 2
"""Turns before the clock counts: an engine's first runs of a shape find their memory."""


@dataclass(frozen=True, slots=True)
class InfluenceFigures:
    """Medians of one run, in milliseconds, by the engine's own clock."""

    influence_ms: float
    """All shots left out, each once, after the answer was given."""
    pictures_known_ms: float
    """A first token where every picture is known and the order of the shots is new: what a prompt
    without one of its shots costs at least."""
    all_known_ms: float
    """A first token where the whole prompt is known, too."""

    @property
    def ratio(self) -> float:
        """Influence ÷ a first token with its pictures known."""
        return self.influence_ms / self.pictures_known_ms


def measure_influence() -> InfluenceFigures:
    """Ask the starter with six shots of the sample, then for the influence of each."""
    items = from_file(resource("samples", "sample.casebook"))[: SHOTS + 1]
    *shots, query = items
    prompt = Prompt(
        tuple(
            Shot(item.pngs, item.case.question, item.case.answer, item.case.id) for item in shots
        ),
        Query(query.pngs, query.case.question),
    )
    asked = AskRequest(prompt, sampling=Sampling(max_new_tokens=16), logprobs=True)
    with closing(LocalEngine()) as engine, engine.client() as client:
        answer = client.ask(asked)
        known = [client.ask(asked).timing.first_token_s for _ in range(REPEATS)]
        request = EvidenceRequest(asked, answer.text, ("influence",))
        examined, turned = [], []
        for turn in range(-SETTLING, REPEATS):
            client.forget()
            client.ask(asked)
            examined.append(client.evidence(request).seconds)
            # A shot in front that was not there before: nothing of the prompt's text is known.
            by = 1 + turn % (SHOTS - 1)
            other = replace(prompt, shots=(*prompt.shots[by:], *prompt.shots[:by]))
            turned.append(client.ask(replace(asked, prompt=other)).timing.first_token_s)
    counted = (examined[SETTLING:], turned[SETTLING:], known)
    return InfluenceFigures(*(1000 * statistics.median(one) for one in counted))
