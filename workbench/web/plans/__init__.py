"""Pages of plans: the list, a plan with its findings, the solver and scenarios, the rules that people edit."""

from workbench.web.plans import board, history, licences, listing, page, rules, solver, timeline
from workbench.web.plans.base import blueprint

__all__ = ["blueprint", "board", "history", "licences", "listing", "page", "rules", "solver", "timeline"]
