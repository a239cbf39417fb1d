"""Every setting, once: from the environment (`WORKBENCH_…`), then the settings file, then the default."""

from __future__ import annotations

import contextlib
import os
import secrets
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableValueError

from scrapers.records import PageWatch, Repository, Watch

SC_42 = 6794475


class SettingsError(Exception):
    """A setting is wrong; `str(error)` names it and says what it may be."""


class Settings(BaseSettings):
    """The configuration of one process. `load_settings` makes it; nothing else reads the environment."""

    model_config = SettingsConfigDict(env_prefix="WORKBENCH_", env_nested_delimiter="__", extra="forbid", frozen=True)

    home: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("workbench", appauthor=False)),
        description="The folder of everything the workbench keeps: database, snapshots, unsent mails.",
    )
    database_url: str | None = Field(
        default=None,
        description="SQLAlchemy address of the database; without it, SQLite in the home folder. "
        "PostgreSQL: postgresql+psycopg://user@host/name",
    )
    contact: str | None = Field(
        default=None,
        description="An e-mail or web address in the User-Agent, so that publishers can reach you. "
        "Needed before anything is polled over the network.",
    )
    committees: tuple[int, ...] = Field(
        default=(SC_42,), description="ISO ids of the committees to follow, as a JSON list; SC 42 is 6794475."
    )
    timezone: str = Field(default="Asia/Tokyo", description="The zone of the schedules and of the times shown.")
    base_url: str = Field(
        default="http://127.0.0.1:8042",
        description="Where readers reach the workbench: the start of each link in mails.",
    )
    secret_key: SecretStr | None = Field(
        default=None, description="Signs sessions and forms; without it one is made and kept in the home folder."
    )
    session_idle_minutes: int = Field(
        default=30, ge=1, description="After so many minutes without a request one has to sign in again."
    )
    session_hours: int = Field(
        default=12, ge=1, description="After so many hours one has to sign in again, however busy."
    )
    trusted_proxy: str | None = Field(
        default=None,
        description="The network address of the proxy in front of the workbench, whose X-Forwarded-For, -Host and "
        "-Proto are believed; without it nobody's are.",
    )
    openid_issuer: str | None = Field(
        default=None, description="The OpenID provider people may sign in with: its issuer, an https address."
    )
    openid_client_id: str | None = Field(default=None, description="What the provider calls the workbench.")
    openid_client_secret: SecretStr | None = Field(default=None, description="The secret the provider gave you.")
    openid_scope: str = Field(
        default="openid email profile", description="What the provider is asked for; roles may need one more word."
    )
    openid_role_claim: str | None = Field(
        default=None,
        description="The claim that says what a person is, such as groups; without it roles are given here.",
    )
    openid_roles: dict[str, str] = Field(
        default_factory=dict,
        description='Which value of that claim is which role: {"ip-team" = "ip_analyst"}; in the environment as JSON.',
    )
    openid_register: bool = Field(
        default=False,
        description="Whether whoever the provider vouches for gets an account without an invitation.",
    )
    openid_second_step: tuple[str, ...] = Field(
        default=("mfa",),
        description="What the provider says, in amr or acr, of a sign-in with a second step; administration needs one.",
    )
    upload_daily_megabytes: int = Field(
        default=1000, ge=1, description="How much one person may upload in a day, in millions of bytes."
    )
    upload_daily_files: int = Field(default=300, ge=1, description="How many files one person may upload in a day.")
    clamd: str | None = Field(
        default=None,
        description="The malware scanner that sees each upload first: the socket of clamd, such as "
        "/run/clamav/clamd.ctl, or its host:port. Without it uploads are not scanned.",
    )
    clamd_timeout: float = Field(default=30, gt=0, description="Seconds to wait for the malware scanner.")
    api_per_minute: int = Field(
        default=300, ge=1, description="Requests of the interface in a minute, by token; by address without a good one."
    )
    pages_per_minute: int = Field(
        default=60, ge=1, description="Requests of pages that cost much (search, exports, maps) in a minute, by person."
    )
    ballot_rules: Path | None = Field(
        default=None, description="A file of your own in place of the ballot lengths that come with the workbench."
    )
    tally_rules: Path | None = Field(
        default=None, description="A file of your own in place of the tests that ballots must pass."
    )
    deadline_rules: Path | None = Field(
        default=None, description="A file of your own in place of the rules of ballot deadlines."
    )
    obligation_rules: Path | None = Field(
        default=None, description="A file of your own in place of the duties of P-members."
    )
    limit_rules: Path | None = Field(
        default=None, description="A file of your own in place of the tracks and limit dates."
    )
    form_templates: Path | None = Field(
        default=None,
        description="A folder of declaration forms of your own (*.yaml), beside those that come with the workbench.",
    )
    gate_rules: Path | None = Field(
        default=None, description="A file of your own in place of the company rule by when to declare."
    )
    annuity_rules: Path | None = Field(
        default=None, description="A file of your own in place of the rules of annuities."
    )
    own_parties: tuple[str, ...] = Field(
        default=(),
        description='The names under which we hold patents and declare, as registers write them: ["Sample AI K.K."].',
    )
    credentials: dict[str, dict[str, SecretStr]] = Field(
        default_factory=dict,
        description="By source, what its publisher gave you: [credentials.epo_ops] with consumer_key and "
        "consumer_secret, or WORKBENCH_CREDENTIALS__EPO_OPS__CONSUMER_KEY and so on.",
    )
    watches: tuple[Watch, ...] = Field(
        default=(),
        description="What to follow at the patent offices: [[watches]] with name, applicants, cpc, words, since and "
        "until.",
    )
    repositories: tuple[Repository, ...] = Field(
        default=(),
        description="Software whose releases to follow: [[repositories]] with name and address, that of a feed, of the "
        "releases of a code host or the JSON of a package index, or of a page that links to a feed.",
    )
    pages: tuple[PageWatch, ...] = Field(
        default=(),
        description="Pages to watch: [[pages]] with name, url, selector (CSS) and work_item (ISO id).",
    )
    drafts_folder: Path | None = Field(
        default=None,
        description="A folder that is watched for drafts: files dropped there are imported by what their cover says, "
        "and stay where they are.",
    )
    smtp_host: str | None = Field(
        default=None,
        description="The mail server. Without it mails are written to the folder `mails` of the home folder.",
    )
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Port of the mail server.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How the connection to the mail server is protected."
    )
    smtp_user: str | None = Field(default=None, description="User name at the mail server, if it wants one.")
    smtp_password: SecretStr | None = Field(default=None, description="Password at the mail server.")
    smtp_timeout: float = Field(default=30, gt=0, description="Seconds to wait for the mail server.")
    mail_from: str = Field(
        default="Standards workbench <workbench@localhost>", description="The From address of the mails."
    )
    mail_enabled: bool = Field(
        default=True, description="Off, nothing is mailed at all; mails wait in the outbox until it is on again."
    )
    mail_domains: tuple[str, ...] = Field(
        default=(),
        description='Only addresses of these domains are ever mailed to, as a list such as ["example.com"]; without '
        "it, any.",
    )
    mail_bounces_to: str | None = Field(
        default=None,
        description="The address to which undeliverable mails come back, apart from mail_from; by default that one.",
    )
    bounces: Path | None = Field(
        default=None,
        description="Where mails to mail_bounces_to arrive, reports of undeliverable ones and those that end a "
        "subscription: a folder of messages (also a Maildir) or an mbox file. It is read, never changed.",
    )
    closed_days: tuple[date, ...] = Field(
        default=(),
        description='Days on which nobody here works, besides weekends and public holidays: ["2026-12-29"].',
    )
    holidays_of: str = Field(
        default="JP", pattern="^[A-Z]{2}$", description="The country whose public holidays the weekly mail avoids."
    )
    dependent_claims: bool = Field(
        default=False,
        description="Map dependent claims too, with the text of the claims that they depend on; independent ones only "
        "by default.",
    )
    learn_from_decisions: bool = Field(
        default=True,
        description="Order matches by what was learned from people's triage, where that beats the engine's own order.",
    )
    digest_limit: int = Field(default=10, ge=1, description="Lines in a section of the digest before “and n more”.")

    model: str | None = Field(
        default=None,
        description="The sentence encoder of the mapping: a name that `workbench models list` shows, or a folder. "
        "Without it, the one that `workbench models install` puts in place; empty, none.",
    )
    models: Path | None = Field(
        default=None, description="The folder of sentence encoders; without it, `models` in the home folder."
    )

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("not a zone of the IANA database, such as Asia/Tokyo or Europe/Zurich") from error
        return value

    @field_validator("base_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        parts = urlsplit(value)
        if parts.path.strip("/") or parts.query or parts.fragment:
            # Cookies of neighbours on one host could be read or set by each other (ASVS 4.0.3, 3.4.5).
            raise ValueError("must be a host of its own, without a path: https://workbench.example.org")
        return value.rstrip("/")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def models_folder(self) -> Path:
        """Where sentence encoders are kept."""
        return self.models or self.home / "models"

    @property
    def database(self) -> str:
        """The SQLAlchemy address in force."""
        return self.database_url or f"sqlite:///{self.home / 'workbench.db'}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment first; what `load_settings` passes in comes from the settings file."""
        return env_settings, init_settings


class SettingOrigin(NamedTuple):
    """One setting for people: secrets masked, and where the value came from."""

    name: str
    value: str
    origin: str
    description: str


def settings_file() -> Path:
    """`WORKBENCH_SETTINGS`, else `settings.toml` in the home folder."""
    home = os.environ.get("WORKBENCH_HOME") or platformdirs.user_data_dir("workbench", appauthor=False)
    return Path(os.environ.get("WORKBENCH_SETTINGS") or Path(home, "settings.toml"))


def _from_file() -> dict[str, Any]:
    path = settings_file()
    if not path.is_file():
        if "WORKBENCH_SETTINGS" in os.environ:
            raise SettingsError(f"settings file {path} does not exist; create it or unset WORKBENCH_SETTINGS")
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"settings file {path} is not valid TOML: {error}") from error


def load_settings(**overrides: Any) -> Settings:
    """Read environment and settings file. Raises SettingsError naming the setting and the remedy."""
    try:
        settings = Settings(**_from_file())
    except UnreadableValueError as error:
        name = str(error).partition('"')[2].partition('"')[0]
        raise SettingsError(
            f"setting {name} (WORKBENCH_{name.upper()}): not of the form that is expected, such as [6794475] for a list"
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"setting {name} (WORKBENCH_{name.upper()}): {first['msg']}") from error
    return settings.model_copy(update=overrides)


def explain_settings(settings: Settings) -> Iterator[SettingOrigin]:
    """Each setting with its value and origin, for `workbench doctor`."""
    file = _from_file()
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        origin = "default"
        if name in file:
            origin = str(settings_file())
        variable = f"WORKBENCH_{name.upper()}"
        if variable in os.environ or any(key.startswith(f"{variable}__") for key in os.environ):
            origin = variable
        if name == "database_url" and value:
            value = mask_password(value)
        yield SettingOrigin(name, "" if value is None else str(value), origin, field.description or "")


def readable_by_others(settings: Settings) -> Iterator[Path]:
    """Files with secrets in them that the group or others may read, as far as the system knows such rights."""
    if os.name != "posix":
        return
    for path in (settings_file(), settings.home / "secret.key"):
        if path.is_file() and path.stat().st_mode & 0o077:
            yield path


def mask_password(url: str) -> str:
    """A database address fit to be shown."""
    head, at, tail = url.rpartition("@")
    if not at or "://" not in head:
        return url
    scheme, _, credentials = head.partition("://")
    user, colon, _ = credentials.partition(":")
    return f"{scheme}://{user}{':********' if colon else ''}@{tail}"


def session_secret(settings: Settings) -> str:
    """The key that signs sessions: the setting, else one made once and kept readable by its owner only."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    path = settings.home / "secret.key"
    settings.home.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # Written aside and linked into place: of two processes started together, one wins and both read the same key.
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48), encoding="ascii")
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text(encoding="ascii")
