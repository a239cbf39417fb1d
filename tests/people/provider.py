"""A real OpenID provider in a thread of its own, and people who sign in there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import SecretStr
from pytest_iam import Server

from workbench.settings import Settings

BASE = "http://127.0.0.1:8042"
PATIENCE = 90.0
"""Seconds to wait for the provider, which answers one at a time, and slowly on a busy machine."""
_SECRET = "a secret of the tests"


class OpenId:
    """The provider as the tests use it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.issuer = server.url.rstrip("/")

    def sign_in(self, name: str, email: str, groups: tuple[str, ...] = (), password: str | None = None) -> None:
        """Make somebody who has said yes to the workbench. Without a password their session there is open already."""
        with self.server.app.app_context():
            known = self.server.backend.get(self.server.models.User, user_name=name)
            if known is not None:
                self.server.backend.delete(known)
        wanted = {"user_name": name, "emails": [email], "formatted_name": name.title()}
        user = self.server.random_user(**wanted, **({} if password is None else {"password": password}))
        for each in groups:
            self.server.random_group(display_name=each, members=[user])
        self.server.logout()
        self.server.consent(user)
        if password is None:
            self.server.login(user)


@contextmanager
def known_at(server: Server, *callbacks: str) -> Iterator[OpenId]:
    """The workbench registered with the provider under these callback addresses."""
    # The provider's claims are templates; only it knows which addresses it has verified.
    mapping = server.app.config["CANAILLE_OIDC"]["USERINFO_MAPPING"]
    mapping["EMAIL_VERIFIED"] = "{% if user.user_name != 'unverified' %}true{% endif %}"
    client = server.models.Client(
        client_id="workbench",
        client_secret=_SECRET,
        client_name="Standards workbench",
        client_uri=BASE,
        redirect_uris=list(callbacks),
        grant_types=["authorization_code"],
        response_types=["code"],
        token_endpoint_auth_method="client_secret_basic",
        scope=["openid", "profile", "email", "groups"],
    )
    server.backend.save(client)
    yield OpenId(server)
    server.logout()
    server.backend.delete(client)


def settings_for(issuer: str, settings: Settings, base_url: str = BASE) -> Settings:
    """Settings that name the provider."""
    return settings.model_copy(
        update={
            "base_url": base_url,
            "openid_issuer": issuer,
            "openid_client_id": "workbench",
            "openid_client_secret": SecretStr(_SECRET),
        }
    )
