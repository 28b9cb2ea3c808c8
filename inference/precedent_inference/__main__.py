"""`python -m precedent_inference VERB …`: the engine's verbs without the rest of Precedent."""

import importlib
import sys
from collections.abc import Sequence

from precedent_inference.errors import EngineError
from precedent_resources import PrecedentError

VERBS = ("serve", "model", "evaluate", "train")


def main(argv: Sequence[str] | None = None) -> int:
    """Run a verb; 0 is good, 2 bad input, 3 a failed engine."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] not in VERBS:
        sys.stderr.write(f"usage: python -m precedent_inference {{{','.join(VERBS)}}} …\n")
        return 2
    verb = importlib.import_module(f"precedent_inference.verbs.{words[0]}")
    try:
        return int(verb.main(words[1:]))
    except PrecedentError as error:
        sys.stderr.write(f"precedent: {error}\n")
        return 3 if isinstance(error, EngineError) else 2


if __name__ == "__main__":
    sys.exit(main())
