"""Which permission each address needs: one table. An address that is not in it answers nobody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from flask import Flask, abort, current_app, request

from workbench.people.permissions import Permission
from workbench.people.viewer import Viewer
from workbench.web import context
from workbench.web.people import gate

ANYBODY: Final = "anybody"
"""For whoever comes, signed in or not."""
SIGNED_IN: Final = "signed_in"
"""For whoever is signed in: what concerns only oneself."""
Need = Permission | str


def _each(need: Need, *endpoints: str) -> dict[str, Need]:
    return dict.fromkeys(endpoints, need)


ENDPOINTS: Final[Mapping[str, Need]] = MappingProxyType(
    {
        **_each(
            ANYBODY,
            "static",
            "api.describe",
            "preferences.set_language",
            "preferences.set_theme",
            "signing_in.sign_in",
            "signing_in.check_password",
            "signing_in.second_step",
            "signing_in.check_code",
            "signing_in.local",
            "signing_in.begin_openid",
            "signing_in.end_openid",
            "signing_in.sign_out",
            "by_mail.invitation",
            "by_mail.accept_invitation",
            "by_mail.ask_reset",
            "by_mail.request_reset",
            "by_mail.reset",
            "by_mail.set_password",
            # The secret in the address says who asks.
            "feeds.calendar",
            "feeds.changes",
            "mail_links.unsubscribe",
            "mail_links.end_subscription",
            "mail_links.alert",
            "mail_links.acknowledge",
        ),
        **_each(
            SIGNED_IN,
            "account.index",
            "account.change_password",
            "account.second_step",
            "account.second_step_picture",
            "account.turn_on",
            "account.turn_off",
            "account.recovery_codes",
            "account.end_session",
            "account.end_other_sessions",
            "walls.roles",
            "interface.index",
            "interface.tokens",
            "interface.make_token",
            "interface.revoke_token",
            # Each kind of rows has its own permission, in EXPORTS.
            "api.rows",
        ),
        **_each(
            Permission.READ_STANDARDS,
            "week.index",
            "standards.index",
            "standards.item",
            "ballots.index",
            "ballots.ballot",
            "ballots.follow",
            "committees.item",
            "changes.index",
            "sources.index",
            "sources.source",
            "sources.imports",
            "sources.run",
            "sources.snapshot",
            "sources.body",
            "quarantine.index",
            "quarantine.record",
            "drift.report",
            "search.index",
            "export.download",
            "drafts.index",
            "drafts.draft",
            "drafts.clause",
            "tasks.task",
            "lineage.compare",
            "lineage.lineage",
            "declarations.index",
            "declarations.declaration",
            "declarations.keyed",
            "declarations.parties",
            "releases.index",
            "releases.release",
            "pages.index",
            "pages.page",
            "documents.index",
            "documents.document",
            "documents.keyed",
            "digest.index",
            "digest.preview",
            "digest.preview_html",
            "digest.mail",
            "digest.mail_html",
            "digest.preferences",
            "digest.prefer",
            "digest.follow",
            "calendars.index",
            "calendars.make",
            "calendars.revoke",
        ),
        **_each(Permission.EDIT_STANDARDS, "calendars.type_meeting", "calendars.import_file", "calendars.cancel"),
        **_each(
            Permission.EDIT_STANDARDS,
            "ballots.make",
            "ballots.position",
            "ballots.announce",
            "ballots.vote",
            "ballots.remove_vote",
            "ballots.roster",
            "ballots.track",
            "ballots.resolve",
        ),
        **_each(Permission.IMPORT_STANDARDS, "ballot_files.import_file", "ballot_files.preview"),
        **_each(Permission.EDIT_STANDARDS, "lineage.correct"),
        **_each(
            Permission.EDIT_STANDARDS,
            "documents.write",
            "documents.correct",
            "documents.take_away",
            "documents.put_back",
        ),
        **_each(Permission.IMPORT_STANDARDS, "documents.import_file", "documents.preview"),
        **_each(
            Permission.READ_STANDARDS, "comments.index", "comments.comment", "comments.heat", "comments.heat_export"
        ),
        **_each(
            Permission.EDIT_STANDARDS,
            "comments.new",
            "comments.write",
            "comments.reword",
            "comments.put_into",
            "comments.answer",
            "comments.merge",
            "comments.close",
            "comments.submit",
            "comments.form",
            "comments.returned",
            "comments.upload",
            "comments.settle_row",
        ),
        **_each(
            Permission.IMPORT_STANDARDS, "tasks.close", "tasks.import_file", "api.import_drafts", "api.import_ballots"
        ),
        **_each(Permission.READ_PATENTS, "patents.index", "patents.publication"),
        **_each(
            Permission.IMPORT_PATENTS,
            "api.import_patents",
            "api.import_declarations",
            "column_maps.index",
            "column_maps.upload",
            "column_maps.columns",
            "column_maps.save",
            "column_maps.import_table",
        ),
        **_each(Permission.READ_MATCHES, "mapping.index", "mapping.match", "learning.index"),
        **_each(
            Permission.READ_MATCHES,
            "mapping_directions.under_way",
            "mapping_directions.clause",
            "mapping_directions.claim",
            "mapping_directions.text",
            "mapping_directions.heat",
            "mapping_directions.heat_export",
        ),
        **_each(
            Permission.READ_PLANS,
            "plans.index",
            "plans.plan",
            "plans.history",
            "plans.dates",
            "plans.compare",
            "plans.rules",
            "plans.rule",
            "plans.timeline",
            "plans.licences",
            "plans.boards",
            "plans.board",
        ),
        **_each(
            Permission.EDIT_PLANS,
            "plans.make",
            "plans.head",
            "plans.close",
            "plans.event",
            "plans.remove_event",
            "plans.evidence",
            "plans.fact",
            "plans.gaps",
            "plans.asset",
            "plans.remove_asset",
            "plans.ask_aside",
            "plans.keep_dates",
            "plans.way_out",
            "plans.make_scenario",
            "plans.edit_scenario",
            "plans.say",
            "plans.write_tracks",
        ),
        **_each(Permission.EXPORT_CONFIDENTIAL, "plans.export_rows", "plans.timeline_svg", "plans.timeline_pdf"),
        **_each(Permission.APPROVE_OVERRIDES, "plans.decide_aside"),
        **_each(Permission.EDIT_RULES, "plans.edit_rule"),
        **_each(Permission.DECIDE, "mapping.decide"),
        **_each(Permission.READ_MATCHES, "assessments.index", "assessments.assessment", "assessments.version"),
        **_each(
            Permission.DECIDE,
            "assessments.triage",
            "assessments.undo",
            "assessments.start",
            "assessments.chart",
            "assessments.save",
            "assessments.cut",
            "assessments.bring",
            "assessments.submit",
            "assessments.find",
            "assessments.act",
            "assessments.import_file",
        ),
        **_each(Permission.EXPORT_CONFIDENTIAL, "assessments.export"),
        **_each(Permission.IMPORT_PATENTS, "assessments.own", "assessments.mark_own"),
        **_each(Permission.EDIT_PARTIES, "declarations.decide"),
        **_each(Permission.READ_MATCHES, "portfolio.index", "portfolio.matrix", "portfolio.entries", "portfolio.space"),
        # Published numbers; what of them is mapped to a draft is for who may read matches, and the view sees to that.
        **_each(Permission.READ_PATENTS, "portfolio.landscape", "portfolio.behind"),
        **_each(
            Permission.READ_MATCHES,
            "portfolio.fortress",
            "portfolio.dormant",
            "portfolio.dormant_family",
            "portfolio.metrics",
            "portfolio.metric",
        ),
        **_each(Permission.DECIDE, "portfolio.choose", "portfolio.type_annuity"),
        **_each(Permission.READ_CASES, "cases.index", "cases.case", "cases.registers_page"),
        **_each(Permission.TAKE_FORMS, "cases.form", "cases.document"),
        **_each(
            Permission.EDIT_CASES,
            "cases.make",
            "cases.revise",
            "cases.propose",
            "cases.drop",
            "cases.replace",
            "cases.generate",
            "cases.send",
            "cases.receipt",
            "cases.assignment",
            "cases.adoption",
            "cases.settle",
        ),
        # Who prepares a case may take it back as well: the verb asks for one of the two permissions.
        **_each(Permission.READ_CASES, "cases.send_back"),
        **_each(Permission.APPROVE_CASES, "cases.approve"),
        **_each(Permission.HOLD, "cases.clear"),
        **_each(Permission.PUBLISH_REVIEW_STATE, "walls.publish_review"),
        **_each(
            Permission.OPERATE,
            "digest.resume",
            "learning.learn_now",
            "learning.turn",
            "quarantine.read_again",
            "quarantine.dismiss",
        ),
        **_each(
            Permission.MANAGE_ACCOUNTS,
            "accounts.index",
            "accounts.invite",
            "accounts.item",
            "accounts.change",
            "accounts.send_link",
            "accounts.turn_off_second_step",
            "accounts.end_session",
            "accounts.end_sessions",
        ),
        # Who may know of which matter, and do what there, is for the gate and the verbs: members, or administrators.
        **_each(
            SIGNED_IN,
            "walls.matters",
            "walls.matter",
            "walls.wall_application",
            "walls.overrides",
            "walls.ask_clearance",
            "walls.end_clearance",
        ),
        **_each(
            Permission.MANAGE_MATTERS, "walls.make_matter", "walls.add_member", "walls.remove_member", "walls.set_side"
        ),
        **_each(Permission.HOLD, "walls.hold", "walls.ask_release"),
        **_each(Permission.APPROVE_OVERRIDES, "walls.decide_override"),
        **_each(Permission.READ_TRAIL, "walls.trail"),
    }
)

EXPORTS: Final[Mapping[str, Permission]] = MappingProxyType(
    {
        "work-items": Permission.READ_STANDARDS,
        "changes": Permission.READ_STANDARDS,
        # Draft text is for members of the committees: reading it here is one thing, taking it out another.
        "clauses": Permission.IMPORT_STANDARDS,
        "comments": Permission.EDIT_STANDARDS,
        "drafts": Permission.READ_STANDARDS,
        "lineage": Permission.READ_STANDARDS,
        "ballots": Permission.READ_STANDARDS,
        "declarations": Permission.READ_STANDARDS,
        "declaration-cases": Permission.EXPORT_CONFIDENTIAL,
        "documents": Permission.READ_STANDARDS,
        "releases": Permission.READ_STANDARDS,
        "pages": Permission.READ_STANDARDS,
        "publications": Permission.READ_PATENTS,
        "families": Permission.READ_PATENTS,
        "legal-events": Permission.READ_PATENTS,
        "matches": Permission.EXPORT_CONFIDENTIAL,
        "decisions": Permission.EXPORT_CONFIDENTIAL,
        "assessments": Permission.EXPORT_CONFIDENTIAL,
        "coverage": Permission.EXPORT_CONFIDENTIAL,
        "white-space": Permission.EXPORT_CONFIDENTIAL,
        # Published numbers, as on the page; of what is mapped to a draft the export itself asks for more.
        "landscape": Permission.READ_PATENTS,
        "landscape-list": Permission.READ_PATENTS,
        "fortress": Permission.EXPORT_CONFIDENTIAL,
        "dormant-patents": Permission.EXPORT_CONFIDENTIAL,
        "metrics": Permission.EXPORT_CONFIDENTIAL,
        "trail": Permission.READ_TRAIL,
    }
)


def install(app: Flask) -> None:
    """Check every request before its view; after it is known who asks."""
    app.before_request(_check)


def may_open(endpoint: str, viewer: Viewer) -> bool:
    """Whether a viewer may open an address."""
    need = ENDPOINTS.get(endpoint)
    if need is None or need == ANYBODY:
        return need == ANYBODY
    if need == SIGNED_IN:
        return viewer is not context.NOBODY
    return viewer.may(Permission(need))


def may_export(kind: str, viewer: Viewer) -> bool:
    """Whether a viewer may take rows of a kind out; a kind that nobody classed needs the permission for secrets."""
    return viewer.may(EXPORTS.get(kind, Permission.EXPORT_CONFIDENTIAL))


def openable(endpoints: Iterable[str], viewer: Viewer) -> list[str]:
    """Those of the endpoints that are installed here and that the viewer may open."""
    return [each for each in endpoints if each in current_app.view_functions and may_open(each, viewer)]


def _check() -> tuple[str, int] | None:
    # No address at all stays a 404; what an address needs depends on no data, so that a 403 tells nothing of any.
    if request.endpoint is None or may_open(request.endpoint, context.viewer()):
        return None
    need = ENDPOINTS.get(request.endpoint)
    if not isinstance(need, Permission) or not gate.awaits_second_step(need):
        abort(403)
    return gate.second_step_page()
