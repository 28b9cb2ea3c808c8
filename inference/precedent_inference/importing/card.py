"""The card of an imported model: what it is made of and what was decided on the way."""

from collections.abc import Mapping

from precedent_inference.config import FlamingoConfig
from precedent_inference.importing.tokens import ReleasedTokenizer
from precedent_inference.profile import ModelProfile

_PLACEMENTS = {
    "next": "Text sees the image after it, and the question itself sees none (OpenFlamingo V1).",
    "previous": "Text sees the image before it (OpenFlamingo V2).",
}


def card_text(
    profile: ModelProfile,
    config: FlamingoConfig,
    tokenizer: ReleasedTokenizer,
    sources: Mapping[str, str],
) -> str:
    """Give a model's card, Markdown. sources: SHA-256 of every file that went in, by its name."""
    vision, language = config.vision, config.language
    start = profile.templates.start
    reason = tokenizer.start_reason if start == tokenizer.start else "chosen at the import"
    limits = "\n".join(f"- {limit}" for limit in profile.known_limits)
    files = "\n".join(f"| {name} | `{digest}` |" for name, digest in sorted(sources.items()))
    return f"""# {profile.name}

A Flamingo imported from released files. {profile.intended_use}

| part | size |
| --- | --- |
| vision tower | {vision.layers} layers of width {vision.width}, {vision.image_size} pixels, \
{vision.tokens} patches |
| resampler | {config.resampler.depth} layers, {config.resampler.latents} latents |
| decoder | {language.layers} layers of width {language.width}, {language.vocabulary} tokens |
| gated cross-attention | before {len(config.cross_layers)} layers: \
{", ".join(str(layer) for layer in config.cross_layers)} |

- Placement: {_PLACEMENTS[profile.placement]}
- First token: {start} ({reason}).
- {_endings(profile)}

## Known limits

{limits}

## Licence

{profile.licence}

## Sources

| file | SHA-256 |
| --- | --- |
{files}
"""


def _endings(profile: ModelProfile) -> str:
    texts = ", ".join(f"`{text}`" for text in profile.stop.texts)
    if profile.stop.is_learned:
        return f"Answers end at the end token and before these texts: {texts}"
    return (
        "The release has no output rows for the added tokens, so the model never learned to end: "
        f"those rows are zero, and answers end before these texts: {texts}"
    )
