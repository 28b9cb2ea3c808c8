"""How much memory the caches of a model may hold, from its sizes and the memory that is free."""

from precedent_inference.config import FlamingoConfig
from precedent_inference.engine import CacheBudgets

MIB = 1024**2
LEAST_BYTES = 64 * MIB
"""Enough for any small model, whatever else is running."""

PROMPTS = 4
"""Whole prompts that are worth keeping: a few trays between which a reader changes."""
IMAGES = 256
"""Encoded images that are worth keeping in memory; more of them lie on disk."""
SHARE = 8
"""At most one part in so many of the free memory for each of the two caches."""

ITEM_BYTES = {"fp32": 4, "bf16": 2, "fp16": 2}
"""Bytes of a key's or value's number; weight-only precisions keep them in half precision."""


def token_bytes(config: FlamingoConfig, precision: str) -> int:
    """Give the bytes of one token's keys and values (LLaMA-7B: 0.52 MB in half precision)."""
    language = config.language
    return 2 * language.layers * language.width * ITEM_BYTES.get(precision, 2)


def image_bytes(config: FlamingoConfig, precision: str) -> int:
    """Give the bytes of one encoded image: latents, and every block's keys and values of them."""
    cross, latents = config.cross_attention, config.resampler.latents
    pairs = 2 * len(config.cross_layers) * cross.heads * cross.head_width
    return latents * (pairs + config.vision.width) * ITEM_BYTES.get(precision, 2)


def cache_budgets(
    config: FlamingoConfig, precision: str, context_tokens: int, free_bytes: int
) -> CacheBudgets:
    """Give what the caches may hold. free_bytes: on the device where they lie, model loaded."""
    most = max(LEAST_BYTES, free_bytes // SHARE)
    prompts = PROMPTS * context_tokens * token_bytes(config, precision)
    images = IMAGES * image_bytes(config, precision)
    return CacheBudgets(
        images=min(most, max(LEAST_BYTES, images)), prefixes=min(most, max(LEAST_BYTES, prompts))
    )
