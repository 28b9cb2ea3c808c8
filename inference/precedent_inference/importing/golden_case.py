"""One case of the public reference's numbers, computed by our model and compared stage by stage."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from precedent_inference.errors import ModelError
from precedent_inference.generation.beam import BeamSearch
from precedent_inference.generation.sampling import log_softmax
from precedent_inference.importing.golden_numbers import (
    BEAM,
    OTHER_PLACEMENT,
    STEP_LOGITS,
    GoldenNumbers,
)
from precedent_inference.model.flamingo import Flamingo, MediaKV
from precedent_inference.model.kv_cache import BufferCache, GrowingCache
from precedent_inference.placement import Placement, decode_index, media_index

TOLERANCE = 1e-4
"""Largest absolute difference, float32 on a CPU."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One stage of one case."""

    case: str
    stage: str
    max_abs_diff: float | None
    """None where ids are compared."""
    is_equal: bool
    """Within the tolerance, or the same ids."""


@dataclass(frozen=True, slots=True)
class Reference:
    """How the reference ran."""

    image: int
    """The image token's id."""
    end_of_chunk: int
    decodes_with_media: bool
    """Whether a generated token sees an image where the placement allows it. OpenFlamingo V1 counts
    the images of each call's own tokens, so that its cached steps see none; V2 keeps the last."""


class CaseRun:
    """One case: its inputs, and what it must give."""

    def __init__(
        self, model: Flamingo, reference: Reference, numbers: GoldenNumbers, case: str
    ) -> None:
        """Raise ModelError when the inputs are incomplete or not those of this model."""
        self._model = model
        self._reference = reference
        self._case = case
        self._most_new = numbers.most_new
        self._wanted = numbers.wanted(case)
        self._pixels, self._ids, self._mask = numbers.inputs_of(case, model.config)

    @torch.inference_mode()
    def compare(self) -> Iterator[Comparison]:
        """Give the comparison of each stage for which the folder has numbers."""
        rows, images = self._pixels.shape[:2]
        patches = self._model.vision(self._pixels.flatten(0, 2))
        latents = self._model.resampler(patches)
        media = self._model.project_media(latents.view(rows, images, *latents.shape[1:]))
        index = self._index(self._model.config.placement)
        block, logits = self._decode(media, index)
        real = self._mask.bool()
        yield from self._numbers("vision_tokens", patches.view(rows, images, *patches.shape[1:]))
        yield from self._numbers("perceiver", latents.view(rows, images, *latents.shape[1:]))
        yield from self._numbers("first_xattn_block", block, real)
        yield from self._ids_of("attended_image", index, real)
        yield from self._numbers("logits", logits, real)
        if OTHER_PLACEMENT in self._wanted:
            other = self._decode(media, self._index("previous"))[1]
            yield from self._numbers(OTHER_PLACEMENT, other, real)
        yield from self._generated(media, index)
        for stage in sorted(self._wanted):
            if match := BEAM.match(stage):
                beams, penalty, new = int(match[1]), float(match[2]), int(match[3])
                ids = self._beam(media, index, (beams, penalty, new))
                yield from self._ids_of(stage, ids)

    def _numbers(
        self, stage: str, found: Tensor, where: Tensor | None = None
    ) -> Iterator[Comparison]:
        wanted = self._wanted.get(stage)
        if wanted is None:
            return
        if wanted.shape != found.shape:
            raise ModelError(
                f"{self._case}.{stage} has the shape {list(wanted.shape)}; the model gives "
                f"{list(found.shape)}.",
                "The folder's inputs and outputs do not belong together.",
            )
        difference = (found - wanted).abs()
        if where is not None:
            difference = difference[where]
        largest = float(difference.max())
        yield Comparison(self._case, stage, largest, largest <= TOLERANCE)

    def _ids_of(
        self, stage: str, found: Tensor, where: Tensor | None = None
    ) -> Iterator[Comparison]:
        wanted = self._wanted.get(stage)
        if wanted is None:
            return
        is_equal = wanted.shape == found.shape
        if is_equal and where is not None:
            found, wanted = found[where], wanted[where]
        yield Comparison(self._case, stage, None, is_equal and torch.equal(found, wanted.long()))

    def _index(self, placement: Placement) -> Tensor:
        rows = [
            media_index([token == self._reference.image for token in row], placement)
            for row in self._ids.tolist()
        ]
        return torch.tensor(rows)

    def _decode(self, media: MediaKV, index: Tensor) -> tuple[Tensor, Tensor]:
        """Give the states after the first gated block, and all logits."""
        states: list[Tensor] = []
        first = self._model.cross_attention[str(self._model.config.cross_layers[0])]
        hook = first.register_forward_hook(lambda *given: states.append(given[2]))
        try:
            logits = self._model.decode(self._ids, media, index, GrowingCache(), self._mask)
        finally:
            hook.remove()
        return states[0], logits

    def _generated(self, media: MediaKV, index: Tensor) -> Iterator[Comparison]:
        wanted = self._wanted.get("generated")
        if wanted is None:
            return
        new = wanted.shape[-1] - self._ids.shape[1]
        if new < 1:
            yield Comparison(self._case, "generated", None, is_equal=False)
            return
        stepper = _Stepper(self._model, self._reference, self._ids, self._mask)
        logits = stepper.start(media, index)
        is_done = torch.zeros(len(self._ids), dtype=torch.bool)
        steps: list[Tensor] = []
        written = self._ids
        for at in range(new):
            steps.append(logits)
            token = torch.where(is_done, 0, logits.argmax(-1))
            is_done = is_done | (token == self._reference.end_of_chunk)
            written = torch.cat((written, token[:, None]), 1)
            if at + 1 < new:
                logits = stepper.step(token)
        # The reference ends early only when every row has ended; here some tokens were cut off.
        is_cut = new < self._most_new and not bool(is_done.all())
        yield from self._ids_of("generated", self._ids if is_cut else written)
        if STEP_LOGITS in self._wanted and not is_cut:
            yield from self._steps(torch.stack(steps))

    def _steps(self, found: Tensor) -> Iterator[Comparison]:
        """Compare the logits of every step, whichever axis the file puts first."""
        wanted = self._wanted[STEP_LOGITS]
        if wanted.shape != found.shape and wanted.shape == found.transpose(0, 1).shape:
            found = found.transpose(0, 1)
        yield from self._numbers(STEP_LOGITS, found)

    def _beam(self, media: MediaKV, index: Tensor, plan: tuple[int, float, int]) -> Tensor:
        """Search with n beams; give prompt and best answer, filled up with 0."""
        beams, penalty, new = plan
        rows, length = self._ids.shape
        stops = frozenset({self._reference.end_of_chunk})
        searches = [BeamSearch(beams, penalty, stops) for _ in range(rows)]
        at = torch.arange(rows).repeat_interleave(beams)
        stepper = _Stepper(self._model, self._reference, self._ids[at], self._mask[at])
        logits = stepper.start(MediaKV(media.keys[:, at], media.values[:, at]), index[at])
        step = 0
        for step in range(new):
            logs = log_softmax(logits.double().numpy()).reshape(rows, beams, -1)
            parents, tokens = (
                torch.arange(rows * beams),
                torch.zeros(rows * beams, dtype=torch.long),
            )
            open_before = 0
            for row, search in enumerate(searches):
                if search.is_done:
                    continue
                open_before += 1
                # The reference counts the length on from row to row of a batch.
                chosen = search.advance(
                    logs[row], length + step, attainable_at=length + step + open_before
                )
                part = slice(row * beams, (row + 1) * beams)
                parents[part] = torch.tensor(chosen.parents) + row * beams
                tokens[part] = torch.tensor(chosen.tokens)
            if all(search.is_done for search in searches) or step + 1 == new:
                break
            logits = stepper.step(tokens, parents)
        return self._best(searches, length + step + 1, new)

    def _best(self, searches: list[BeamSearch], length: int, new: int) -> Tensor:
        answers = [search.results(length)[0].tokens for search in searches]
        end = self._reference.end_of_chunk
        longest = min(max(map(len, answers)) + 1, new)
        rows = [
            [*ids, *([*answer, end, *[0] * new][:longest])]
            if len(answer) < new
            else [*ids, *answer]
            for ids, answer in zip(self._ids.tolist(), answers, strict=True)
        ]
        return torch.tensor(rows)


class _Stepper:
    """Decodes a batch token by token; a generated token sees what the placement says."""

    def __init__(self, model: Flamingo, reference: Reference, ids: Tensor, mask: Tensor) -> None:
        self._model = model
        self._reference = reference
        self._ids = ids
        self._mask = mask
        language = model.config.language
        shape = (
            language.layers,
            len(ids),
            language.heads,
            ids.shape[1] + 1,
            language.width // language.heads,
        )
        self._cache = BufferCache.empty(shape, model.embedding.weight)

    def start(self, media: MediaKV, index: Tensor) -> Tensor:
        """Read the prompt; give the next token's logits [B, vocabulary]."""
        self._media = media
        last = index.amax(1)
        placement: Placement = self._model.config.placement
        if not self._reference.decodes_with_media:
            placement = "next"
        self._seen = torch.tensor([[decode_index(placement, int(count))] for count in last])
        logits = self._model.decode(self._ids, media, index, self._cache, self._mask, (-1,))
        return logits[:, 0]

    def step(self, tokens: Tensor, parents: Tensor | None = None) -> Tensor:
        """Add a token to each row, of the row's parent where beams were exchanged."""
        if parents is not None:
            self._cache = self._cache.pick(parents.tolist())
        self._mask = torch.cat((self._mask, torch.ones_like(tokens)[:, None]), 1)
        media = self._media if self._seen.any() else None
        logits = self._model.decode(
            tokens[:, None], media, self._seen, self._cache, self._mask, (-1,)
        )
        return logits[:, 0]
