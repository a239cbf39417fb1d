"""The templates of mails."""

from __future__ import annotations

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from workbench.digest.layout import rule, wrap
from workbench.resources import resource


def mail_templates() -> Environment:
    """The templates in `templates/email`; what a template asks for and is not given is an error."""
    environment = Environment(
        loader=FileSystemLoader(resource("templates") / "email"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(wrap=wrap, rule=rule)
    return environment
