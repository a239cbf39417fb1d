"""Portfolio views: one module a view, each over all the families and clauses that the viewer may see."""

from workbench.web.portfolio import dormant, fortress, landscape, matrix, metrics, white_space  # noqa: F401 - their views
from workbench.web.portfolio.parts import blueprint

__all__ = ["blueprint"]
