"""What the walk cannot show, each with its reason."""

from __future__ import annotations

from typing import Final

SHIELDED: Final[dict[str, str]] = {
    "assessments.queries._closed_to": "asks for charts and findings of the viewer's own; nobody of the walk wrote any",
    "assessments.queue.take_back": "asks for the viewer's own decisions; nobody of the walk made any",
    "assessments.verbs._note": "the gate's look at the row that was just written",
    "assessments.verbs.happened": "asks for events of a kind of which the planted assessments have none",
    "assessments.watch._of_rights": "asks for the publication of an assessment, which all see who may post there",
    "calendars.feeds.feeds_of": "asks for the viewer's own feeds by its own condition",
    "calendars.feeds.revoke_feed": "asks for a feed of the viewer's own by its own condition",
    "cases.contents.holders_now": "asks by the applications of planted forms, which no register row is about",
    "cases.rechecks.settled_on": "asks for portions in earlier drafts; the planted ones are all of one draft",
    "cases.verbs.step": "the gate's look at the row that was just written",
    "digest.composer.follow_lists": "asks who follows of the viewer's own subscriptions, by their keys",
    "digest.select._add_drafts": "counts what is mapped in drafts that are news; the planted matches are of another",
    "digest.subscriptions.own_recipients": "asks for the viewer's own subscriptions by its own condition",
    "digest.window._last_change": "asks for the first change that is later than the cut, and none is planted",
    "digest.window.window_since": "asks for the first change of the week alone, and that is an open one",
    "documents.queries.last_change": "asks for changes of one document, and those of documents are open",
    "documents.verbs._give_up_key": "the gate's look at the row that was just written",
    "history.log.finish_run": "asks for the run that was just begun",
    "history.log.keep_snapshot": "asks for the file that is just sent, and nothing planted is the same",
    "history.log.start_run": "ends runs of the file that is just sent; none is planted, and its own row is looked at",
    "history.quarantine.keep_bad_records": "asks for the run and the records of the file that is just sent",
    "mapping.attached.settled_on": "asks for matches in other drafts; the planted ones are all of one draft",
    "mapping.decisions.decide": "asks for the publication of a claim that was found; and looks at its own row",
    "mapping.decisions_queries.settled_on": "asks for decisions that replace others; no planted one does",
    "people.matters.add_member": "only who manages matters may post there, and sees every member",
    "people.matters.make_matter": "only who manages matters may post there, and sees every matter",
    "people.matters.remove_member": "only who manages matters may post there, and sees every member",
    "people.matters.wall_application": "asks for the application that is typed, and no planted one is the same",
    "people.overrides._ask": "the gate's look at the row that was just written",
    "people.tracks.put_on_side": "only who manages matters may post there, and sees every side",
    "planning.licensed_claims.published_claims": "asks for claims of families that assets name; planted ones name none",
    "planning.scenarios.make_scenario": "asks for a scenario of the name that is typed; and looks at its own row",
    "planning.verbs.asset_of": "asks for the asset that the form names, and the form that is sent names none",
    "planning.verbs.event_of": "asks for an event of the name that is typed, and no planted one has it",
    "planning.verbs.set_asset": "asks for an asset of the name that is typed; and looks at its own row",
    "portfolio.metrics_queries._countries": "asks for families as planted forms name them, of which none is planted",
    "search.put": "asks for entries of the kind that is written, and no form writes those of patents",
    "search.remove": "asks for entries of the kind that is taken away, and no form takes away those of patents",
    "standards.draft_queries.snapshot_of": "asks for the file of a draft, and those of the planted drafts are public",
    "watched.queries.page_versions": "asks for changes of watched pages; no planted change is of one",
    "web.digest._preferences": "asks for mails to the viewer's own subscriptions by its own condition",
    "web.digest.resume": "only who operates the workbench may post there, and sees every recipient",
}
"""Functions whose rule keeps nothing that the walk meets, alone or with all others off, and why."""
NOT_SHOWN: Final[dict[str, str]] = {
    **dict.fromkeys(("alert", "feed", "feed_event", "mail"), "a stranger's own, which nobody of the walk may see"),
    "track_side": "has no text; on which side somebody is, is shown by its own name",
}
"""Confidential tables whose planted words are on no page for anybody, and why: their words prove nothing."""
