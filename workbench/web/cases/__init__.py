"""Declaration cases: the list, one case from proposal to receipt, and what was declared beside what was assessed."""

from workbench.cases import others  # noqa: F401 - what it registers with the watch
from workbench.web.cases import editing, filing, pages  # noqa: F401 - their views
from workbench.web.cases.parts import blueprint

__all__ = ["blueprint"]
