"""Modules that take long to import, imported when something of them is first used.

if TYPE_CHECKING:
    from scipy import sparse
else:
    sparse = deferred("scipy.sparse")
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any


class _Deferred(ModuleType):
    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(self.__name__), name)


def deferred(name: str) -> ModuleType:
    """The module of that full name; what is asked of it is asked of the real one."""
    return _Deferred(name)
