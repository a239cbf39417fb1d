"""Publications from sample files of each format: what is read, what is refused, and that neither spoils the other."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import pytest

from scrapers.errors import UnreadableFileError
from scrapers.patents import READERS, Refusal, read_patents
from scrapers.records import Priority, Publication

SAMPLES = Path(__file__).parent / "patents"


def read(path: Path, name: str = "auto") -> tuple[list[Publication], list[Refusal]]:
    """Publications and refusals of a file."""
    outcomes = list(read_patents(path, name))
    refusals = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
    assert all("\n" not in refusal.place + refusal.reason for refusal in refusals)
    return [outcome for outcome in outcomes if isinstance(outcome, Publication)], refusals


def test_grants_of_a_concatenated_file() -> None:
    (first, second), (refusal,) = read(SAMPLES / "grants.xml")
    assert first.model_dump(exclude={"claims"}, exclude_unset=True) == {
        "number": "US.9990001.B2",
        "raw_number": "US 09990001 B2",
        "country": "US",
        "doc_number": "9990001",
        "kind": "B2",
        "date": dt.date(2020, 1, 7),
        "application": "US.15999001",
        "priorities": (
            {"number": "JP 2017-099901", "date": dt.date(2017, 3, 3)},
            {"number": "US 62999001", "date": dt.date(2017, 4, 1)},
        ),
        "title": "Sample <script>alert(1)</script> grader for CO₂ models",
        "title_language": "en",
        "abstract": "A sample grader of models. It has two parts.",
        "applicants": ("Sample Gauge Works, Inc.",),
        "inventors": ("Beispiel, Anna", "Ejemplo, Bruno"),
        "ipc": ("G06N 3/08",),
        "cpc": ("G06N 3/084", "G06F 18/217", "Y10S 706/902"),
        "source_format": "uspto-xml",
    }
    assert [(claim.number, claim.independent, claim.depends_on) for claim in first.claims] == [
        (1, True, ()),
        (2, False, (1,)),
        (3, False, (1, 2)),
        (4, True, (1,)),
        (5, False, (4,)),
    ]
    assert first.claims[0].text == (
        "A grading method, comprising: receiving a score x_(i+1) under 10² points; "
        "computing y=(a+b)/n₀ ; and storing the result."
    )
    assert first.claims[1].text == "The method of claim 1, wherein the score is 2. or less."
    assert (second.number, second.applicants, second.inventors, second.ipc) == (
        "US.D999002.S1",
        ("Dials of Sample",),
        ("Exemple, Claire",),
        ("G06F 15/16",),
    )
    assert not second.model_fields_set & {"cpc", "family_id", "priorities", "abstract"}
    assert refusal.place == "grants.xml, document 2, line 60"
    assert refusal.reason == "<sequence-cwu> is a sequence listing; nothing in it to import"


def test_cancelled_claims_of_an_application_are_left_out() -> None:
    (application,), _ = read(SAMPLES / "application.xml")
    assert application.number == "US.20240999003.A1"
    assert [(claim.number, claim.text, claim.independent, claim.depends_on) for claim in application.claims] == [
        (4, "A sampler.", True, ()),
        (5, "The sampler of claim 1.", True, ()),
        (6, "The sampler of claim 4.", False, (4,)),
    ]


def test_grants_of_2001_to_2004() -> None:
    (grant,), _ = read(SAMPLES / "grant_2002.xml")
    assert (grant.number, grant.application, grant.date) == ("US.6999004.B1", "US.09999004", dt.date(2002, 3, 5))
    assert grant.title == "Sample’s lever"
    assert grant.abstract == "A lever of H₂O ice."
    assert grant.priorities == (
        Priority(number="FR 9900001", date=None),
        Priority(number="GB 9900002", date=dt.date(1999, 2, 2)),
    )
    assert (grant.applicants, grant.inventors) == (("Lever Samples Ltd.",), ("Muster, Dora",))
    assert grant.ipc == ("G06F 15/16", "B60R 9/00")
    assert [(claim.text, claim.depends_on) for claim in grant.claims] == [
        ("A lever, comprising: an arm; and a foot.", ()),
        ("The lever of claim 1, of ice.", (1,)),
    ]


def test_applications_of_2001_to_2004() -> None:
    (application,), _ = read(SAMPLES / "application_2001.xml")
    assert (application.number, application.date) == ("US.20010999005.A1", dt.date(2001, 4, 19))
    assert (application.title, application.abstract) == ("Sample market", "A sample market.")
    assert application.priorities == (Priority(number="JP 2000-99905", date=dt.date(2000, 5, 5)),)
    assert (application.applicants, application.inventors) == (("Market Samples",), ("Vorbild, Emil F",))
    assert application.ipc == ("G06F 17/60",)
    assert [(claim.text, claim.depends_on) for claim in application.claims] == [
        ("A method of trade: asking; giving.", ()),
        ("The method of claim 1 , twice.", (1,)),
    ]


def test_ops_biblio_has_no_claims_and_prefers_english() -> None:
    (first, second), (refusal,) = read(SAMPLES / "ops_biblio.xml")
    assert first.model_dump(exclude_unset=True) == {
        "number": "EP.9990006.A1",
        "raw_number": "EP 9990006 A1",
        "country": "EP",
        "doc_number": "9990006",
        "kind": "A1",
        "date": dt.date(2023, 2, 1),
        "application": "EP.21999006.A",
        "priorities": (
            {"number": "US 63/999,006", "date": dt.date(2020, 7, 8)},
            {"number": "EP20200999007", "date": dt.date(2020, 9, 9)},
        ),
        "family_id": "99000006",
        "title": "SAMPLE GAUGE",
        "title_language": "en",
        "abstract": "A gauge.",
        "applicants": ("Müller Muster GmbH",),
        "inventors": ("MUSTER FRIDA", "PROBE GUSTAV"),
        "ipc": ("G06N 3/08",),
        "cpc": ("G06N 3/08",),
        "source_format": "ops-xml",
    }
    assert second.title == "見本の計器"
    assert not second.model_fields_set & {"title_language", "date", "claims", "applicants", "abstract"}
    assert refusal.place == "ops_biblio.xml, document 1, line 1, publication 2"
    assert refusal.reason == "OPS has no biblio of EP.9990099.A1: not found"


def test_ops_claims_come_alone_in_every_language() -> None:
    (first, second), refusals = read(SAMPLES / "ops_claims.xml")
    assert not refusals
    assert first.model_fields_set == {
        "number", "raw_number", "country", "doc_number", "kind", "claims", "source_format"
    }  # fmt: skip
    claims = [(claim.language, claim.number, claim.text, claim.depends_on, claim.independent) for claim in first.claims]
    assert claims == [
        ("en", 1, "A gauge comprising: a first dial; and 2 hands.", (), True),
        ("en", 2, "The gauge of claim 1, wherein the hands are red.", (1,), False),
        ("en", 3, "The gauge of any preceding claim, in a case. the case being closed.", (1, 2), False),
        ("de", 1, "Messgerät mit einem Zifferblatt.", (), True),
        ("de", 2, "Messgerät nach Anspruch 1 mit roten Zeigern.", (1,), False),
        ("de", 3, "Verwendung des Messgeräts nach einem der Ansprüche 1 bis 2 zum Messen.", (1, 2), True),
    ]
    assert [(claim.text, claim.depends_on, claim.independent) for claim in second.claims] == [
        ("計器であって、針を備える計器。", (), True),
        ("前記針が赤い、請求項１に記載の計器。", (1,), False),
        ("請求項１又は２に記載の計器を用いる測定方法。", (1, 2), True),
    ]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ('<ops:fulltext-inquiry xmlns:ops="http://ops.epo.org"/>', "a list of available full texts"),
        ('<ops:biblio-search xmlns:ops="http://ops.epo.org"/>', "ask for the constituent biblio"),
        ('<ops:novelty xmlns:ops="http://ops.epo.org"/>', "<novelty>"),
        ("", "<nothing>"),
    ],
)
def test_other_ops_answers_are_refused(tmp_path: Path, body: str, reason: str) -> None:
    path = tmp_path / "answer.xml"
    path.write_text(f'<ops:world-patent-data xmlns:ops="http://ops.epo.org">{body}</ops:world-patent-data>')
    publications, (refusal,) = read(path)
    assert not publications
    assert reason in refusal.reason


def test_faults_of_ops_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "fault.xml"
    path.write_text('<fault xmlns="http://ops.epo.org"><code>404</code><message>No such sample</message></fault>')
    assert read(path)[1][0].reason == "no publication but a fault reported by OPS: 404 No such sample"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'<?xml version="1.0"?>\n<uspat:Sample xmlns:uspat="patent:uspto:doc:us:gov"/>', "root <Sample>"),
        (b"PK\x03\x04", "not a readable ZIP"),
        (b"HTTP/1.1 403 Forbidden\r\n", "a recorded HTTP answer"),
        (b'{"result": {"statusCode": "100", "remainAccessCount": "9"}}', "the JPO's patent information API"),
        (b"Case,Country,Number\r\nA,US,1\r\n", "give a column map"),
        (b"<html><body>a page</body></html>", "root <html>"),
        (b'{"patents": []}', "JSON"),
        (b"", "no XML"),
        (b"\x00\xff\xfe\x80", "no XML"),
        (b"\xff\xfe<\x00h\x00i\x00/\x00>\x00", "root <hi>"),
    ],
)
def test_files_of_other_formats_are_refused_at_once_in_one_line(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "file.xml"
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError) as caught:
        read_patents(path)
    assert message in str(caught.value)
    assert str(caught.value).startswith("file.xml: ")
    assert "\n" not in str(caught.value)


def test_unknown_formats_list_the_known_ones(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("notes")
    for name in ("auto", "notes"):
        with pytest.raises(UnreadableFileError) as caught:
            read_patents(path, name)
        assert all(reader.name in str(caught.value) for reader in READERS)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=r"none\.xml: cannot be read"):
        read_patents(tmp_path / "none.xml")
    with pytest.raises(UnreadableFileError, match="cannot be read"):
        list(read_patents(tmp_path / "none.xml", "uspto-xml"))


def test_a_named_format_is_used_without_looking(tmp_path: Path) -> None:
    path = tmp_path / "late.xml"
    path.write_bytes(b"<other/>")
    assert read(path, "uspto-xml")[1][0].reason == "<other> is no publication; nothing in it to import"


BROKEN = {
    "truncated": b'<?xml version="1.0"?>\n<us-patent-grant><us-bibliographic-data-grant><publication-ref\n',
    "invalid UTF-8": b'<?xml version="1.0" encoding="UTF-8"?>\n<us-patent-grant>\xff\xfe\xfa</us-patent-grant>\n',
    "entities": b'<?xml version="1.0"?>\n<!DOCTYPE us-patent-grant [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]>\n'
    b"<us-patent-grant>&b;</us-patent-grant>\n",
    "external entity": b'<?xml version="1.0"?>\n<!DOCTYPE us-patent-grant [<!ENTITY x SYSTEM "file:///etc/hostname">]>\n'
    b"<us-patent-grant>&x;</us-patent-grant>\n",
    "nothing in it": b'<?xml version="1.0"?>\n<us-patent-grant/>\n',
    "a number of no form": b'<?xml version="1.0"?>\n<us-patent-grant>'
    b"<us-bibliographic-data-grant><publication-reference>"
    b"<document-id><country>US</country><doc-number>no\nnumber</doc-number></document-id></publication-reference>"
    b"</us-bibliographic-data-grant></us-patent-grant>\n",
    "a huge line": b'<?xml version="1.0"?>\n<us-patent-grant><us-bibliographic-data-grant>'
    + b"x" * 11_000_000
    + b"</us-bibliographic-data-grant></us-patent-grant>\n",
    "depth": b'<?xml version="1.0"?>\n<us-patent-grant>' + b"<b>" * 5000 + b"</b>" * 5000 + b"</us-patent-grant>\n",
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_bad_document_spoils_none_of_its_neighbours(tmp_path: Path, what: str) -> None:
    application = (SAMPLES / "application.xml").read_bytes()
    other = application.replace(b"20240999003", b"20240999004")
    path = tmp_path / "week.xml"
    path.write_bytes(application + BROKEN[what] + other)
    publications, (refusal,) = read(path)
    assert [publication.number for publication in publications] == ["US.20240999003.A1", "US.20240999004.A1"]
    assert refusal.place.startswith("week.xml, document 2, line ")
    assert len(refusal.place + refusal.reason) < 400
    assert "week.xml" not in refusal.reason


def test_a_file_whose_first_document_is_broken_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "week.xml"
    path.write_bytes(b"</claims></us-patent-grant>\n" + (SAMPLES / "application.xml").read_bytes())
    publications, refusals = read(path)
    assert (len(publications), len(refusals)) == (1, 1)


def test_a_long_claim_is_read_in_time_proportional_to_its_length(tmp_path: Path) -> None:
    text = (SAMPLES / "application.xml").read_text()
    long = "A sampler of claim 1, 2, 3 or any of the previous parts as in in in " * 40_000
    path = tmp_path / "long.xml"
    path.write_text(text.replace("A sampler.", long))
    started = time.monotonic()
    (application,), _ = read(path)
    assert len(application.claims[0].text) > 2_000_000
    assert time.monotonic() - started < 20


def test_publications_are_streamed(tmp_path: Path) -> None:
    path = tmp_path / "week.xml"
    document = (SAMPLES / "application.xml").read_bytes()
    path.write_bytes(document * 3 + b"<broken")
    outcomes = read_patents(path)
    assert isinstance(next(outcomes), Publication)
    assert len(list(outcomes)) == 2
