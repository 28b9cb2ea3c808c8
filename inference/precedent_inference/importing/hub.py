"""`hf:owner/name`: a release fetched from Hugging Face, resumed where it stopped, checked by hash.

Without internet nothing is tried twice: the message says which files to carry.
"""

from collections.abc import Callable
from pathlib import Path

import httpx
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

from precedent_inference.errors import ModelError

PREFIX = "hf:"
PATTERNS = ("*.safetensors", "*.pt", "*.bin", "*.json", "tokenizer.model")

CARRY = (
    "Without internet, carry these by disk and name their folder: model.pt of the Flamingo "
    "checkpoint, the LLaMA-7B folder with config and tokenizer, and CLIP ViT-L/14."
)

Fetch = Callable[..., str]


def fetch(word: str, fetch_snapshot: Fetch = snapshot_download) -> Path:
    """Give the folder of a release by its id, downloading what is not there yet.

    A file counts only when its size and hash are those that the hub states; a broken download goes
    on where it stopped. Raises ModelError.
    """
    name = word.removeprefix(PREFIX)
    try:
        return Path(fetch_snapshot(name, allow_patterns=list(PATTERNS)))
    except HFValidationError as error:
        raise ModelError(f"{word} is not an id such as hf:owner/name.", CARRY) from error
    except HfHubHTTPError as error:
        status = error.response.status_code
        raise ModelError(
            f"{word} was refused with status {status}; it does not exist or needs a permission.",
            CARRY,
        ) from error
    except (LocalEntryNotFoundError, httpx.HTTPError, OSError) as error:
        raise ModelError(f"{word} cannot be reached.", CARRY) from error
