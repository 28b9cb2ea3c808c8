"""What ships inside: starter model, samples, templates, icons, themes, presets, schemas.

Also the root of the error tree, because every house may import this one.
"""

from importlib.resources import files
from pathlib import Path

from precedent_resources.errors import PrecedentError

__all__ = ["PrecedentError", "resource"]


def resource(*parts: str) -> Path:
    """Give the path of a shipped file or folder, `resource("models", "starter")`.

    The package is installed as plain files, never as a zip. Raises FileNotFoundError when nothing
    is there.
    """
    path = Path(str(files("precedent_resources").joinpath(*parts)))
    if not path.exists():
        raise FileNotFoundError(path)
    return path
