"""`precedent`: finds the verb and says its errors.

Verbs are entry points of the group `precedent.verbs`, each in the house that owns it, imported only
when it is called. Exit status: 0 done, 2 bad input, 3 the engine failed, 130 interrupted.
"""

import difflib
import importlib.metadata
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import EntryPoint
from pathlib import Path
from types import TracebackType
from typing import Final

from precedent_inference.errors import EngineError
from precedent_plugin.errors import UsageError
from precedent_plugin.output import note, prepare, say
from precedent_resources import PrecedentError

GROUP: Final = "precedent.verbs"
WINDOW: Final = "window"
DONE, BAD_INPUT, ENGINE_FAILED, INTERRUPTED = 0, 2, 3, 130
Verbs = Mapping[str, EntryPoint]

SUMMARIES: Final[Mapping[str, str]] = {
    "window": "open files and folders in the window; also without a verb",
    "demo": "ask the sample question over the sample casebook",
    "ask": "ask about a picture or a DICOM file",
    "casebook": "list, show, make, fill, export and import casebooks",
    "model": "list, import, verify, export and remove models",
    "frame": "write one frame's values as an array",
    "evaluate": "measure few-shot answers on folders of pictures",
    "doctor": "check versions, devices, models and the library",
    "serve": "run the engine as a server on this machine",
    "bench": "measure the engine's speed on this machine",
    "train": "train the starter model",
}
"""For the overview, in the order in which a user meets them; other verbs follow by name."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a verb and give its exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    prepare()
    is_debugging = "--debug" in words
    words = [word for word in words if word != "--debug"]
    try:
        # Only a process of our own may say its bugs in a sentence; a caller has its own way.
        return _run(words, hides_bugs=argv is None and not is_debugging)
    except PrecedentError as error:
        if is_debugging:
            raise
        note(f"precedent: {error}")
        return ENGINE_FAILED if isinstance(error, EngineError) else BAD_INPUT
    except KeyboardInterrupt:
        note("precedent: stopped.")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader (`| head`) has gone; nothing more can be said, not even at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def installed_verbs() -> Verbs:
    """Give the verbs of all houses that are installed."""
    return {point.name: point for point in importlib.metadata.entry_points(group=GROUP)}


def _run(words: list[str], *, hides_bugs: bool) -> int:
    if words and words[0] in ("-h", "--help", "help"):
        say(overview(installed_verbs()))
        return DONE
    if words and words[0] == "--version":
        say(f"precedent {importlib.metadata.version('precedent')}")
        return DONE
    verbs = installed_verbs()
    name, rest = choose(words, verbs)
    if name != WINDOW and hides_bugs:
        sys.excepthook = say_bug
    verb: Callable[[list[str]], int] = verbs[name].load()
    return verb(rest)


def choose(words: Sequence[str], verbs: Verbs) -> tuple[str, list[str]]:
    """Give the verb and its arguments; without a verb, or for a path, the window's.

    Raises UsageError for a word that is neither a verb nor a path.
    """
    if WINDOW not in verbs:
        raise UsageError(
            "Precedent is not installed in this Python: its verbs are not found.",
            "Run `pip install -e .` in its folder.",
        )
    if words and words[0] in verbs:
        return words[0], list(words[1:])
    if words and not words[0].startswith("-") and not Path(words[0]).exists():
        close = difflib.get_close_matches(words[0], verbs, n=1)
        raise UsageError(
            f"There is no file, folder or verb {words[0]!r}.",
            f"Did you mean `precedent {close[0]}`?" if close else "See `precedent --help`.",
        )
    return WINDOW, list(words)


def overview(verbs: Verbs) -> str:
    """Give the help text of the command line as a whole."""
    names = [name for name in SUMMARIES if name in verbs]
    names += sorted(set(verbs) - set(names))
    width = max(map(len, names), default=0)
    return "\n".join(
        (
            "usage: precedent [PATH…]",
            "       precedent VERB …",
            "",
            "Questions about the image on screen, answered from reference cases.",
            "Research and teaching. Not for diagnosis.",
            "",
            *(f"  {name:<{width}}  {SUMMARIES.get(name, '')}".rstrip() for name in names),
            "",
            "`precedent VERB --help` says more. --debug shows where an error came from.",
        )
    )


def say_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Say a failure of ours in one sentence; the traceback is there with --debug."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f" at {trace.tb_frame.f_code.co_name}:{trace.tb_lineno}"
    if issubclass(kind, OSError):
        note(f"precedent: {error}. Check that file or folder and try again.")
        return
    note(
        f"precedent: something inside failed ({kind.__name__}{place}). "
        "Run it again with --debug and report what it says."
    )


if __name__ == "__main__":
    sys.exit(main())
