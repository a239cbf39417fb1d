"""Readers of the ISO/IEC commenting form as it comes back: Word file or table, told apart by content."""

from scrapers.comments.form import CommentForm, CommentRow, CommentType, read_form

__all__ = ["CommentForm", "CommentRow", "CommentType", "read_form"]
