"""Which places of the question's picture carry the answer: each is covered in turn.

Source: Zeiler and Fergus 2014, Visualizing and Understanding Convolutional Networks, section 4.2.
Covering is the one map that is true for every placement rule: where the answer's tokens see no
image (OpenFlamingo V1), there is no attention of theirs to show.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from precedent_inference.evidence.findings import OcclusionMap, Rectangle
from precedent_inference.evidence.pictures import CELLS, covered, covers
from precedent_inference.evidence.subject import Subject
from precedent_inference.evidence.together import weigh_queries
from precedent_inference.images import framing, picture_size


def map_occlusions(subject: Subject) -> Iterator[OcclusionMap]:
    """Give the map of each picture of the question."""
    recipe = subject.profile.image
    query = subject.asked.query
    for number, (image, sent) in enumerate(
        zip(query, subject.asked.prompt.query.images, strict=True)
    ):
        variants = [image, *covered(image, recipe)]
        queries = [(*query[:number], variant, *query[number + 1 :]) for variant in variants]
        weights = [weight for batch in weigh_queries(subject, queries) for weight in batch]
        # The untouched picture is weighed with the others, so that rounding is the same for all.
        whole, *under = weights
        drops = spread([whole - weight for weight in under])
        kept = framing(*picture_size(sent), recipe)
        area = Rectangle(kept.left, kept.top, kept.width, kept.height)
        yield OcclusionMap(number, drops, area)


def spread(drops: Sequence[float]) -> tuple[tuple[float, ...], ...]:
    """Give each cell the mean over the covers that held it; drops in the order of `covers()`."""
    sums, counts = np.zeros((CELLS, CELLS)), np.zeros((CELLS, CELLS))
    for cover, drop in zip(covers(), drops, strict=True):
        rows = slice(cover.row, cover.row + cover.side)
        columns = slice(cover.column, cover.column + cover.side)
        sums[rows, columns] += drop
        counts[rows, columns] += 1
    return tuple(tuple(float(cell) for cell in row) for row in sums / counts)
