"""Where to go after signing in: pages of ours only."""

from __future__ import annotations

from flask import url_for

from workbench.web.preferences import own_path


def after_sign_in(target: str | None) -> str:
    """The page that was asked for, where it is one of ours and not of signing in itself; else the first page."""
    path = own_path(target or "")
    return url_for("week.index") if path is None or path.startswith(("/sign-", "/language", "/theme")) else path
