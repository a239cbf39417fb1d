"""Sign-in with an OpenID provider (OpenID Connect Core 1.0, authorization code flow with PKCE), spoken by Authlib.

The provider is asked by Authlib's own client and not by `scrapers.http`: its answers are signed, secret and never kept,
and robots.txt, caching and snapshots have no place here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from authlib.integrations.base_client import BaseApp, OAuth2Mixin, OAuthError, OpenIDMixin
from authlib.integrations.httpx_client import OAuth2Client
from httpx2 import HTTPError
from joserfc.errors import JoseError

from workbench.people.permissions import Role
from workbench.settings import Settings

_TIMEOUT: Final = 10.0
_ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_MOST_ROLES: Final = 1000
_MOST_METHODS: Final = 100


_T = TypeVar("_T")


class OpenIdError(Exception):
    """Sign-in with the provider did not work; `str(error)` says why, in one line for the log."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the provider says this is. `roles` is None where the settings map no claim to roles.

    `second_step`: the provider says that it asked for one (`amr` or `acr`).
    """

    issuer: str
    subject: str
    name: str
    verified_email: str | None
    roles: frozenset[Role] | None
    second_step: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """Where to send the browser, and what the browser's session keeps until it comes back."""

    address: str
    state: str
    nonce: str
    verifier: str


class _Client(OAuth2Mixin, OpenIDMixin, BaseApp):  # type: ignore[misc]
    client_cls = OAuth2Client


class Provider:
    """The provider of the settings; what it says of itself is asked for once, when first needed."""

    def __init__(self, settings: Settings) -> None:
        if settings.openid_issuer is None or settings.openid_client_id is None:
            raise OpenIdError("set both WORKBENCH_OPENID_ISSUER and WORKBENCH_OPENID_CLIENT_ID")
        self.settings, self.issuer = settings, settings.openid_issuer
        self.host = urlsplit(self.issuer).netloc
        if not _is_protected(self.issuer):
            raise OpenIdError("WORKBENCH_OPENID_ISSUER must start with https://")
        self._roles = _role_map(settings.openid_roles)
        self._lock = threading.Lock()
        secret = settings.openid_client_secret
        self._client = _Client(
            None,
            name="openid",
            client_id=settings.openid_client_id,
            client_secret=secret.get_secret_value() if secret is not None else None,
            server_metadata_url=f"{self.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "scope": settings.openid_scope,
                "code_challenge_method": "S256",
                "timeout": _TIMEOUT,
                "follow_redirects": False,
                **({} if secret is not None else {"token_endpoint_auth_method": "none"}),
            },
        )

    def begin(self, redirect_uri: str) -> Request:
        """Raises OpenIdError where the provider cannot be reached or is not the one of the settings."""
        self._introduce()
        made = _said(lambda: self._client.create_authorization_url(redirect_uri))
        return Request(made["url"], made["state"], made["nonce"], made["code_verifier"])

    def finish(self, *, code: str, redirect_uri: str, nonce: str, verifier: str) -> Identity:
        """Change the code for an identity token and check it (Core 1.0, 3.1.3.7). Raises OpenIdError."""

        def ask() -> Mapping[str, Any]:
            token = self._client.fetch_access_token(redirect_uri, code=code, code_verifier=verifier)
            claims = self._client.parse_id_token(token, nonce)
            if claims is None:
                raise OpenIdError(f"{self.host} sent no identity token")
            wanted = {"email", "email_verified", "name", self.settings.openid_role_claim} - {None}
            if not wanted <= claims.keys() and "userinfo_endpoint" in self._client.server_metadata:
                more = self._client.userinfo(token=token)
                if more.get("sub") != claims.get("sub"):  # Core 1.0, 5.3.2
                    raise OpenIdError(f"{self.host} told of somebody else than the one who signed in")
                return {**more, **claims}
            return dict(claims)

        self._introduce()
        return self._identity(_said(ask))

    def _introduce(self) -> None:
        """Ask the provider once what it says of itself, and believe it only where it is what the settings name."""
        with self._lock:
            metadata = _said(self._client.load_server_metadata)
            problem = self._problem(metadata)
            if problem is not None:
                metadata.clear()
                raise OpenIdError(problem)
            # A token that is signed with a shared secret or not at all is no proof of who made it.
            offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
            metadata["id_token_signing_alg_values_supported"] = [each for each in offered if each in _ALGORITHMS]

    def _problem(self, metadata: Mapping[str, Any]) -> str | None:
        if metadata.get("issuer") != self.issuer:  # Discovery 1.0, 4.3
            return f"{self.issuer} calls itself {metadata.get('issuer')!r}; set WORKBENCH_OPENID_ISSUER so"
        scheme = urlsplit(self.issuer).scheme
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"):
            address = str(metadata.get(name) or "")
            if name == "userinfo_endpoint" and not address:
                continue
            if not _is_protected(address) or urlsplit(address).scheme != scheme:
                return f"{self.issuer} gives no {name} that starts with {scheme}://"
        return None

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        subject, email = claims.get("sub"), claims.get("email")
        if not isinstance(subject, str) or not subject or not subject.isprintable():
            raise OpenIdError(f"{self.host} does not say who this is")
        # A boolean (Core 1.0, 5.1), which some providers write as text.
        verified = str(claims.get("email_verified")).lower() == "true" and isinstance(email, str)
        name = claims.get("name")
        return Identity(
            issuer=self.issuer,
            subject=subject,
            name=name if isinstance(name, str) else "",
            verified_email=email if verified else None,
            roles=self._roles_in(claims),
            second_step=self._is_second_step(claims),
        )

    def _is_second_step(self, claims: Mapping[str, Any]) -> bool:
        """By the methods (RFC 8176) or the class (Core 1.0, 2) of the sign-in, as the settings name them."""
        methods = claims.get("amr")
        said = [*(methods[:_MOST_METHODS] if isinstance(methods, list) else ()), claims.get("acr")]
        return any(isinstance(each, str) and each in self.settings.openid_second_step for each in said)

    def _roles_in(self, claims: Mapping[str, Any]) -> frozenset[Role] | None:
        if self.settings.openid_role_claim is None:
            return None
        said = claims.get(self.settings.openid_role_claim)
        values = said if isinstance(said, list) else [said]
        return frozenset(
            self._roles[each] for each in values[:_MOST_ROLES] if isinstance(each, str) and each in self._roles
        )


def provider_of(settings: Settings) -> Provider | None:
    """The provider, where the settings name one. Raises OpenIdError where they are wrong."""
    return None if settings.openid_issuer is None else Provider(settings)


def _role_map(named: Mapping[str, str]) -> dict[str, Role]:
    try:
        return {value: Role(role) for value, role in named.items()}
    except ValueError as error:
        raise OpenIdError(f"WORKBENCH_OPENID_ROLES: {error}; the roles are {', '.join(Role)}") from error


def _said(ask: Callable[[], _T]) -> _T:
    """The answer; whatever goes wrong on the way to it, or is wrong in it, is an OpenIdError."""
    try:
        return ask()
    except (HTTPError, OAuthError, JoseError, ValueError, TypeError, KeyError, RuntimeError) as error:
        line = " ".join((str(error) or type(error).__name__).split())[:300]
        raise OpenIdError(f"the OpenID provider gave no answer that can be used: {line}") from error


def _is_protected(address: str) -> bool:
    """https, or a provider on this machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1"))
