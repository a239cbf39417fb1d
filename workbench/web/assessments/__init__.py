"""Assessments: the queue of triage, claim charts, reviews and statuses."""

from workbench.web.assessments import charts, files, pages, triage  # noqa: F401 - their views
from workbench.web.assessments.parts import blueprint

__all__ = ["blueprint"]
