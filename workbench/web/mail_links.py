"""The pages behind links in mails: end a subscription, acknowledge an alert. Open to whoever holds the address.

Looking changes nothing, since mail scanners look; only a POST acts. A mail provider posts the one to end a
subscription by itself, without cookies (RFC 8058), so that one needs no token of a form.
"""

from __future__ import annotations

from flask import Blueprint, abort, render_template

from workbench.digest.alerts import acknowledge as acknowledge_alert
from workbench.digest.alerts import find_alert
from workbench.digest.subscriptions import end_subscription as end
from workbench.digest.subscriptions import find_subscription
from workbench.people.viewer import Viewer
from workbench.web.context import now, workbench
from workbench.web.security import keep_nothing, refer_nowhere

blueprint = Blueprint("mail_links", __name__, url_prefix="/mail")
# The address is the secret: it is kept nowhere and goes nowhere else.
blueprint.after_request(keep_nothing)
blueprint.after_request(refer_nowhere)


@blueprint.get("/unsubscribe/<token>")
def unsubscribe(token: str) -> str:
    with workbench().store.read(Viewer.system()) as session:
        found = find_subscription(session, token)
        if found is None:
            abort(404)
        return render_template("web/digest/unsubscribe.html", found=found)


@blueprint.post("/unsubscribe/<token>")
def end_subscription(token: str) -> str:
    with workbench().store.write(Viewer.system()) as session:
        found = end(session, token, now())
    if found is None:
        abort(404)
    return render_template("web/digest/unsubscribe.html", found=found)


@blueprint.get("/alerts/<token>")
def alert(token: str) -> str:
    with workbench().store.read(Viewer.system()) as session:
        found = find_alert(session, token)
        if found is None:
            abort(404)
        return render_template("web/digest/alert.html", alert=found[0], recipient=found[1])


@blueprint.post("/alerts/<token>")
def acknowledge(token: str) -> str:
    with workbench().store.write(Viewer.system()) as session:
        found = acknowledge_alert(session, token, now())
    if found is None:
        abort(404)
    return render_template("web/digest/alert.html", alert=found[0], recipient=found[1])
