"""One question in the forms in which it is put again. Nothing here knows tokens or models."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from precedent_inference.evidence.answers import meaning
from precedent_inference.images import ModelImage
from precedent_inference.prompt import Prompt, Shot

Pictures = tuple[ModelImage, ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """A prompt, and the pictures that stand for its own, as the model sees them."""

    prompt: Prompt
    shots: tuple[Pictures, ...]
    """Of each shot."""
    query: Pictures

    @property
    def images(self) -> Pictures:
        """Give all pictures in prompt order."""
        return tuple(image for shot in self.shots for image in shot) + self.query

    def in_order(self, order: Sequence[int]) -> "Variant":
        """Give the prompt with these of its shots, in this order."""
        shots = tuple(self.prompt.shots[at] for at in order)
        return replace(
            self,
            prompt=replace(self.prompt, shots=shots),
            shots=tuple(self.shots[at] for at in order),
        )

    def without(self, shot: int) -> "Variant":
        """Leave one shot out."""
        return self.in_order([at for at in range(len(self.shots)) if at != shot])

    def with_query(self, *images: ModelImage) -> "Variant":
        """Exchange the question's pictures."""
        return replace(self, query=images)

    def with_blank_query(self, blank: ModelImage) -> "Variant":
        """Exchange each of the question's pictures for `blank`."""
        return self.with_query(*[blank] * len(self.query))

    def with_blank_shots(self, blank: ModelImage) -> "Variant":
        """Exchange each of the shots' pictures for `blank`."""
        return replace(self, shots=tuple((blank,) * len(shot) for shot in self.shots))

    def with_answers(self, names: Mapping[str, str]) -> "Variant":
        """Call the shots' answers by other names; the keys are meanings."""
        shots = tuple(_renamed(shot, names) for shot in self.prompt.shots)
        return replace(self, prompt=replace(self.prompt, shots=shots))


def _renamed(shot: Shot, names: Mapping[str, str]) -> Shot:
    return replace(shot, answer=names[meaning(shot.answer)])
