"""Whatever is typed at the door, the answer is a page and never an error of ours; on both databases."""

from __future__ import annotations

import re
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.people.conftest import NOW, add
from workbench.db import Store
from workbench.people.permissions import Role
from workbench.web import create_app

TYPED = st.text(st.characters(codec="utf-8"), max_size=80) | st.sampled_from(
    ["\x00", "'; DROP TABLE account; --", "<script>alert(1)</script>", "{{ 7*7 }}", "a@b.c\r\nBcc: x@y.z", "//[", "%00"]
)


def test_no_text_at_the_door_is_an_error_of_ours(store: Store) -> None:
    add(store, "admin@example.org", Role.ADMINISTRATOR)
    app = create_app(store.settings, store, clock=lambda: NOW)
    app.config["PROPAGATE_EXCEPTIONS"] = True

    @settings(max_examples=10, suppress_health_check=list(HealthCheck))
    @given(TYPED, TYPED, TYPED)
    def knock(one: str, two: str, three: str) -> None:
        client = app.test_client()
        found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
        assert found is not None
        form = {"email": one, "password": two, "next": three, "code": two, "name": three, "csrf_token": found[1]}
        agent = {"User-Agent": re.sub(r"[\r\n]", "", one).encode("latin-1", "replace").decode("latin-1")}
        for address in ("/sign-in", "/sign-in/code", "/reset", f"/reset/{quote(two)}x", f"/invitation/{quote(one)}x"):
            answer = client.post(address, data=form, headers=agent)
            assert answer.status_code < 500
            assert "<script>alert" not in answer.text
            answer.close()
        for address in ("/sign-in/local?token=", "/sign-in/openid/callback?code=x&state=", "/sign-in?next=", "/reset/"):
            assert client.get(address + quote(three)).status_code < 500

    knock()
