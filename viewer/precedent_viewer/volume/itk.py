"""SimpleITK, imported when it is first used: it takes as long as the window's own start."""

import importlib
from typing import Any


class _Later:
    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module("SimpleITK"), name)


sitk: Any = _Later()
"""The library; its functions carry no types."""
