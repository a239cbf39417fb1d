"""Commands of accounts: invite, list, recover, and the link of local mode."""

from __future__ import annotations

import datetime as dt

import click
from sqlmodel import Session

from workbench.cli.base import JSON, Failure, main, moment, open_store
from workbench.cli.console import print_json, say
from workbench.db import key_of
from workbench.i18n import DEFAULT_LANGUAGE, LANGUAGES
from workbench.people import accounts
from workbench.people.accounts import AccountError, Refusal
from workbench.people.models import Account
from workbench.people.permissions import Role
from workbench.people.viewer import Viewer
from workbench.settings import Settings, load_settings

_PRINT = click.option("--print", "printed", is_flag=True, help="Print the link, though a mail server is set.")


@main.group("people")
def people_group() -> None:
    """Who may sign in."""


@people_group.command("invite")
@click.argument("email")
@click.option(
    "--role",
    "roles",
    type=click.Choice([role.value for role in Role]),
    multiple=True,
    required=True,
    help="What the person is; repeat for several. The first account has to be an administrator's.",
)
@click.option("--name", default="", help="Their name; they may change it when they accept.")
@click.option(
    "--language",
    type=click.Choice(list(LANGUAGES)),
    default=DEFAULT_LANGUAGE,
    show_default=True,
    help="Of the mails to them.",
)
@_PRINT
def people_invite(email: str, roles: tuple[str, ...], name: str, language: str, printed: bool) -> None:
    """Give EMAIL an account: mails a link that works once, or prints it where no mail server is set."""
    settings, now = load_settings(), dt.datetime.now(dt.UTC)
    with open_store(settings) as store:
        with store.write() as session:
            account, secret = accounts.invite(
                session, Viewer.system(), email, map(Role, roles), now, name=name, language=language
            )
        _hand_over(settings, account, secret, now, printed=printed)


@people_group.command("recover")
@click.argument("email")
@_PRINT
def people_recover(email: str, printed: bool) -> None:
    """Let EMAIL in again who lost password or authenticator: turns the second step off, then as `people invite`."""
    settings, now = load_settings(), dt.datetime.now(dt.UTC)
    with open_store(settings) as store:
        with store.write() as session:
            account = _known(session, email)
            if account.totp_key is not None:
                accounts.remove_second_step(session, Viewer.system(), key_of(account), now)
            account, secret = accounts.invite(
                session, Viewer.system(), email, accounts.roles_of(account), now, language=account.language
            )
        _hand_over(settings, account, secret, now, printed=printed)


@people_group.command("list")
@JSON
def people_list(as_json: bool) -> None:
    """Show every account with its roles and state."""
    settings = load_settings()
    with open_store(settings) as store, store.read() as session:
        rows = accounts.listed(session)
    for row in rows:
        state = "closed" if not row.active else "open" if accounts.is_here(row) else "invited"
        if as_json:
            print_json(
                {
                    "email": row.email,
                    "name": row.name,
                    "roles": row.roles,
                    "state": state,
                    "second_step": row.totp_key is not None,
                    "last_login_at": moment(row.last_login_at),
                }
            )
        else:
            click.echo(f"{row.email:<32} {state:<8} {', '.join(row.roles):<32} {row.name}")
    if not rows:
        say("there are no accounts: the workbench is in local mode")


@people_group.command("link")
def people_link() -> None:
    """Print a link that signs one browser in, in local mode; earlier links stop working."""
    settings = load_settings()
    with open_store(settings) as store, store.write() as session:
        if accounts.exist(session):
            raise Failure("there are accounts, so everybody signs in; `workbench people recover` helps who cannot")
        from workbench.people.signing_in import local_link

        click.echo(local_link(session, settings, dt.datetime.now(dt.UTC)))


def _known(session: Session, email: str) -> Account:
    account = accounts.by_email(session, email)
    if account is None:
        raise AccountError(Refusal.UNKNOWN_ACCOUNT)
    return account


def _hand_over(settings: Settings, account: Account, secret: str, now: dt.datetime, *, printed: bool) -> None:
    from workbench.digest.letters import letter_for, link, send_letter
    from workbench.digest.message import AddressError
    from workbench.digest.transport import PermanentError, TransientError

    letter = letter_for(account)
    if printed or settings.smtp_host is None:
        click.echo(link(settings, letter, secret))
        return
    try:
        send_letter(settings, letter, account, secret, now)
    except (AddressError, TransientError, PermanentError) as error:
        raise Failure(f"the mail to {account.email} was not sent: {error}; use --print for the link") from error
    click.echo(f"a mail with a link is on its way to {account.email}")
