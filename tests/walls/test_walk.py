"""Nobody learns what stands behind a wall he is not behind: every address, every role, every matter.

Each address is asked as each person. No answer may hold a word that `policy.py` keeps from him. And every statement of
a request is read once more in the same store without the rows that the gate keeps from him: it must bring the same from
both; where one of the workbench itself does not, the whole answers are compared. That the gate keeps the right rows is
looked at in `test_policy.py`.

The same statements tell what the gate is good for. At each place of the program that reads confidential rows its rule
is taken away, and the walk has to fail. Where another query stands before it (claims are asked for once their
publication was found) its rule alone keeps nothing, and nothing is lost with it; it is then looked at while the rules
of all others are off.

Somebody in a matter is asked again what his membership can change: an address whose statements read no table of which
he sees more than before answers him as it answered somebody of his role who is in no matter.
"""

from __future__ import annotations

import functools
import gc
import itertools
import operator
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import unquote

import pytest

from tests.walls.addresses import OWN, addresses, form_of
from tests.walls.people import ACROSS, IN_ALL, IN_ONE, OUTSIDERS, WALLS, Person
from tests.walls.planted import Planted
from tests.walls.shielded import NOT_SHOWN, SHIELDED
from tests.walls.twins import Twins, done_to_hidden, twins
from tests.walls.worlds import Answer, World, gate_alone, unlimited_uploads, watched
from workbench import export
from workbench.people.permissions import Role
from workbench.people.viewer import Viewer
from workbench.tables import METADATA
from workbench.web import permissions

OUTSIDER: Final = {person.role: person for person in OUTSIDERS}
READER, COUNSEL = OUTSIDER[Role.READER], OUTSIDER[Role.IP_COUNSEL]
WRITERS: Final = (*(each for each in OUTSIDERS if each.role is not Role.IP_ANALYST), ACROSS[0])
"""Everybody who is in no matter but the analyst, all of whose permissions the counsel has; and a counsel who is in
every matter, but on one side of the tracks."""
MEMBERS: Final = (*IN_ONE, ACROSS[0])
"""One of each role in one matter, each matter twice, and that counsel. What a role allows and what a matter opens are
apart in every rule, and `test_policy.py` looks at all of both."""
ALIKE: Final = (".csv", ".xlsx")
"""How addresses end that write the same rows as others: for the counsel, to whom they show most."""
REMEMBERED: Final = 8
"""So many requests a place are tried with the rules of others off."""
_RULED: Final = re.compile(r"/\*(\w+)\*/ 1")


@dataclass(frozen=True)
class Request:
    """An address, asked for; or with a form filled with what is behind a wall."""

    person: Person
    address: str
    wall: int | None = None


@dataclass
class Heard:
    """The places that asked with a rule, with some requests that came by; those whose rule keeps something alone, with
    who met it where, or with the rules of others off."""

    met: dict[str, list[Request]] = field(default_factory=dict)
    alone: dict[str, Request] = field(default_factory=dict)
    with_others_off: set[str] = field(default_factory=set)

    def meet(self, place: str, request: Request) -> None:
        some = self.met.setdefault(place, [])
        if len(some) < REMEMBERED and request.address not in {each.address for each in some}:
            some.append(request)

    def quiet(self) -> list[str]:
        """The places whose rule was not yet seen to keep anything."""
        return sorted(set(self.met) - set(self.alone) - self.with_others_off)


@dataclass
class Walk:
    """Asks as one person after the other; `found` is what somebody learned. `touched` are tables by their rules."""

    planted: Planted
    world: World
    heard: Heard = field(default_factory=Heard)
    found: list[str] = field(default_factory=list)
    touched: dict[tuple[Person, str], set[str]] = field(default_factory=dict)
    pairs: dict[Person, Twins] = field(default_factory=dict)

    def twins(self, person: Person) -> Twins:
        if person not in self.pairs:
            self.pairs[person] = twins(self.world.database, self.planted.hidden_from(person))
        return self.pairs[person]

    def read(self, person: Person, wanted: Iterable[str], *, twice: bool = False) -> dict[str, Answer]:
        """What each address answers; `twice`: asked again where nothing is hidden, whatever its statements say."""
        return self._ask((Request(person, address) for address in wanted), self.twins(person), twice=twice)

    def write(self, person: Person, wanted: Iterable[str], walls: tuple[int, ...]) -> None:
        """Send forms filled with what stands behind these walls; what changes something is sent twice."""
        requests = (Request(person, each, walls[turn % len(walls)]) for turn, each in enumerate(wanted))
        self._ask(requests, self.twins(person), twice=False)

    def again(self, request: Request) -> list[str]:
        """What is learned where the same is asked once more."""
        before, self.found = self.found, []
        self._ask([request], self.twins(request.person), twice=False, enough=True)
        found, self.found = self.found, before
        return found

    def with_all_rules_off(self, people: Iterable[Person]) -> None:
        """Note the places whose rule would have kept something with the rules of all others off."""
        with self.world.opened_at(lambda place: True):
            for person, place in itertools.product(people, self.heard.quiet()):
                for request in self.heard.met[place]:
                    if place in self.heard.with_others_off:
                        break
                    self._send(replace(request, person=person), None)
                    for each in dict.fromkeys(self.world.asked):
                        known = each.place in self.heard.with_others_off
                        if each.is_ruled and not known and self.twins(person).rule_matters(each):
                            self.heard.with_others_off.add(each.place)

    def _ask(self, requests: Iterable[Request], pair: Twins, *, twice: bool, enough: bool = False) -> dict[str, Answer]:
        """`enough`: nothing is compared where something was found already."""
        answers, doubtful = {}, []

        def look(request: Request) -> None:
            done = [
                done_to_hidden(pair, each, self.world.rows(each))
                for each in sorted(self.world.written & set(METADATA.tables))
            ]
            self.found += [f"{request.person.name}, POST {request.address}: {each}" for each in done if each]

        for request in requests:
            answer = answers[request.address] = self._send(request, functools.partial(look, request))
            # That a publication is in some matter is not hidden from who may decide (docs/security.md).
            told = answer[0] == 404 and request.address.endswith("/decision")
            wrote = request.wall is not None and self.world.wrote and not told
            if self._look(pair, request, answer) or wrote or twice:
                doubtful.append(request)
        if doubtful and not (enough and self.found):
            with self.world.over(pair.lacking):
                for request in doubtful:
                    self._compare(request, answers[request.address], self._send(request, None))
        return answers

    def _send(self, request: Request, look: Callable[[], None] | None) -> Answer:
        if request.wall is None:
            return self.world.ask(request.person, request.address)
        return self.world.post(request.person, request.address, form_of(self.planted, request.wall), look)

    def _look(self, pair: Twins, request: Request, answer: Answer) -> bool:
        """Note what an answer tells; whether it may tell more than its words do."""
        asked = dict.fromkeys(self.world.asked)
        ruled = [each for each in asked if each.is_ruled]
        self.touched[request.person, request.address] = {
            table for each in ruled for table in _RULED.findall(each.statement)
        }
        for each in ruled:
            self.heard.meet(each.place, request)
            if each.place not in self.heard.alone and pair.rule_matters(each):
                self.heard.alone[each.place] = request
        differing = [each for each in asked if pair.differ(each)]
        typed = "" if request.wall is None else str(form_of(self.planted, request.wall))
        told = self._words(request.person, unquote(request.address) + typed, answer)
        told += [f"differs at {each.place}: {each.statement[:300]}" for each in differing if each.is_ruled]
        self.found += [f"{request.person.name}, {request.address}: {each}" for each in told]
        return bool(differing)

    def _words(self, person: Person, typed: str, answer: Answer) -> list[str]:
        status, body = answer
        if status >= 500:
            return [f"fails with {status}"]
        # What one typed oneself may be shown again.
        words = (each for each in self.planted.forbidden_to(person) if each not in typed)
        return [f"shows {each}: {_around(body, each.encode())!r}" for each in words if each.encode() in body]

    def _compare(self, request: Request, answer: Answer, other: Answer) -> None:
        if answer == other:
            return
        (status, body), (other_status, other_body) = answer, other
        place = next((n for n, (one, two) in enumerate(zip(body, other_body, strict=False)) if one != two), 0)
        around = slice(max(0, place - 60), place + 60)
        self.found.append(
            f"{request.person.name}, {request.address}: {status} and {other_status} differ: "
            f"{body[around]!r} / {other_body[around]!r}"
        )


@pytest.fixture(scope="module")
def quick() -> Iterator[None]:
    """Without looking again and again through what other tests left while thousands of requests are answered."""
    gc.collect()
    gc.freeze()
    with watched():
        yield
    gc.unfreeze()


@dataclass
class Walked:
    """A walk that was done, and what it was shown."""

    walk: Walk
    shown: bytes


@pytest.fixture(scope="module")
def read(planted: Planted, full: World, quick: None) -> Walked:
    """Every address, asked for. Addresses check nothing here: the gate alone has to hold."""
    walk = Walk(planted, full)
    with gate_alone():
        # First who sees everything, so that whatever is kept in memory is there for the others to find.
        shown: list[Answer] = []
        for person in (IN_ALL, *OUTSIDERS):
            wanted = addresses(planted, full.app, "GET", person)
            if person is not COUNSEL:
                wanted = [each for each in wanted if not each.endswith(ALIKE)]
            shown += walk.read(person, wanted, twice=person is READER).values()
        for person in MEMBERS:
            walk.read(person, [*_changed(walk, person), *addresses(planted, full.app, OWN, person)])
    return Walked(walk, b"".join(body for _, body in shown))


@pytest.fixture(scope="module")
def sent(planted: Planted, full: World, quick: None) -> Walk:
    """Every form, sent. Addresses check who may post to them: without that, the gate refuses what is written."""
    walk = Walk(planted, full)
    wanted = addresses(planted, full.app, "POST")
    with unlimited_uploads():
        for person in WRITERS:
            walk.write(person, wanted, tuple(wall for wall in WALLS if wall not in person.behind))
    return walk


def _changed(walk: Walk, person: Person) -> list[str]:
    """The pages that somebody of the role in no matter was answered at by tables of which the person sees more."""
    outsider = OUTSIDER[person.role]
    less, more = walk.planted.hidden_from(person), walk.planted.hidden_from(outsider)
    tables = {each for each in more if more[each] != less[each]}
    own = addresses(walk.planted, walk.world.app, OWN, outsider)
    return [
        address
        for (who, address), touched in walk.touched.items()
        if who is outsider and touched & tables and address not in own and not address.endswith(ALIKE)
    ]


def test_nobody_reads_what_is_behind_a_wall(read: Walked) -> None:
    assert not read.walk.found, "\n".join(read.walk.found)


def test_somebody_does_see_what_is_planted(planted: Planted, read: Walked) -> None:
    """The walk means something only where somebody does see the words of what is planted, of each matter."""
    unseen = [table for table in planted.words if not all(word.encode() in read.shown for word in planted.words[table])]
    assert sorted(unseen) == sorted(NOT_SHOWN), "planted and on no page, so that the walk proves nothing of it"


def test_nobody_changes_what_is_behind_a_wall(sent: Walk) -> None:
    """Forms answer and lead alike whether or not there is anything behind the walls, filled with what is there.

    Nothing hidden is changed, and nothing new points to it.
    """
    assert not sent.found, "\n".join(sent.found)


def test_the_walk_fails_where_any_query_is_without_its_rule(read: Walked, sent: Walk) -> None:
    """With the rule of any one place off; that no statement passes by the gate, `test_gate.py` looks at."""
    with gate_alone():
        missed = _missed(read.walk, set())
        read.walk.with_all_rules_off((COUNSEL, READER))
    with unlimited_uploads():
        missed += _missed(sent, set(read.walk.heard.alone))
        sent.with_all_rules_off((COUNSEL,))
    assert len(set(read.walk.heard.met) | set(sent.heard.met)) > 200
    assert not missed, "the rule is off and the walk finds nothing:\n" + "\n".join(missed)
    loud = {place for walk in (read.walk, sent) for place in (*walk.heard.alone, *walk.heard.with_others_off)}
    quiet = {*read.walk.heard.met, *sent.heard.met} - loud
    silent = {each.split(":")[0] for each in quiet}
    assert silent <= set(SHIELDED), f"nothing tells that the rule is off in: {sorted(quiet)}"
    assert not set(SHIELDED) - silent, f"take out of SHIELDED: {sorted(set(SHIELDED) - silent)}"


def _missed(walk: Walk, known: set[str]) -> list[str]:
    """The places at which nothing is found although the rule is off."""
    missed = []
    for place, request in sorted(walk.heard.alone.items(), key=operator.itemgetter(0)):
        if place not in known:
            with walk.world.opened_at(place.__eq__):
                if not walk.again(request):
                    missed.append(f"{place}: {request.person.name}, {request.address}")
    return missed


def test_every_address_says_what_it_needs(full: World) -> None:
    known = set(full.app.view_functions)
    assert not known - set(permissions.ENDPOINTS), "say in workbench/web/permissions.py what these need"
    assert set(export.KINDS) <= set(permissions.EXPORTS), "say in workbench/web/permissions.py what these need"


def test_an_address_that_is_not_in_the_table_answers_nobody() -> None:
    assert not permissions.may_open("new.page", Viewer.local())


def test_no_address_changes_something_in_a_way_that_is_not_walked(full: World) -> None:
    methods = {method for rule in full.app.url_map.iter_rules() for method in rule.methods or ()}
    assert methods == {"GET", "HEAD", "OPTIONS", "POST"}


def _around(body: bytes, word: bytes) -> bytes:
    at = body.index(word)
    return body[max(0, at - 60) : at + 80]
