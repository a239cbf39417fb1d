"""Pages of comments: the list, writing one, the commenting form out and in, who commented where."""

from workbench.web.comments import forms, heat, listing, writing  # noqa: F401 - their views
from workbench.web.comments.base import blueprint

__all__ = ["blueprint"]
