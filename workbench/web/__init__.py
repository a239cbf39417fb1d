"""The web application: `create_app(settings)`."""

from workbench.web.app import create_app

__all__ = ["create_app"]
