"""How a question is asked, besides its words and its picture."""

from dataclasses import dataclass, field

from precedent_inference.prompt import Prompt
from precedent_inference.protocol import AskRequest, Sampling
from precedent_inference.templates import TemplateChanges
from precedent_plugin.sureness import Sureness


@dataclass(frozen=True, slots=True)
class AskSettings:
    """How to ask."""

    model: str = "starter"
    sampling: Sampling = field(default_factory=Sampling)
    rationale: bool = False
    options: tuple[str, ...] = ()
    """Score these answers instead of letting the model write one."""
    fit_whole: bool = False
    """Send every picture whole inside a square, so that the model's crop cuts nothing of it."""
    templates: TemplateChanges | None = None
    """What is written differently from the model's own templates."""
    sureness: Sureness | None = None
    """Where it is set, the model chooses among its options, and an unsure answer is not shown."""
    next_best: bool = False
    """Also find the answer that the model would have given next, which takes as long again."""

    def request(self, prompt: Prompt) -> AskRequest:
        """Give the request that asks a prompt so."""
        return AskRequest(
            prompt=prompt,
            model=self.model,
            sampling=self.sampling,
            rationale=self.rationale,
            options=self.options if self.sureness is None else self.sureness.options,
            logprobs=True,
            next_best=self.next_best,
            templates=self.templates,
        )
