"""Documents that machine edits are made to: the sample drafts and one of our own, full of clauses that look alike."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

from scrapers.drafts import read_draft
from scrapers.records import ClauseKind
from workbench.standards.clause_nodes import ClauseNode, clause_nodes

SAMPLES = Path(__file__).resolve().parents[2] / "workbench" / "sample" / "drafts"

_WORDS = {
    "en": {
        "who": "the operator|each laboratory|the supplier|a receiver|the test house|every node|the auditor|a gateway|"
        "the calibration service|the registrar|an assessor|the custodian",
        "does": "records|compares|rejects|rotates|seals|forwards|estimates|archives|weighs|labels|dilutes|inspects|"
        "encrypts|rounds|repeats|isolates",
        "what": "the residue|each fraction|the ledger|a duplicate sample|the buffer|the humidity log|all gaskets|"
        "the voucher|the spectral line|a spare cartridge|the queue|the token|the baseline|each sieve pan|the tariff",
        "how": "before the next shift|within two cycles|at ambient pressure|without manual input|by a second method|"
        "under reduced light|once per batch|after conditioning|to the nearest unit|in triplicate|on request|"
        "with a fresh reagent",
        "must": "shall ensure that|should check whether|can assume that|may decide that|shall report when",
    },
    "ja": {
        "who": "操作員は，|試験所は，|供給者は，|受信側は，|監査人は，|登録機関は，|保管者は，|校正機関は，",
        "what": "残留物を|各画分を|台帳を|予備試料を|緩衝液を|湿度記録を|全ての密封材を|基準線を|待ち行列を|料金表を",
        "how": "次の交替の前に|二周期以内に|常圧で|手作業なしに|別の方法によって|減光下で|一括ごとに一回|要求に応じて",
        "does": "記録しなければならない。|比較する。|棄却してはならない。|封印することが望ましい。|転送してもよい。|"
        "推定できる。|保管する。|希釈しなければならない。",
    },
}


def sentence(source: random.Random, language: str) -> str:
    """An invented sentence."""
    words = {role: source.choice(choices.split("|")) for role, choices in _WORDS[language].items()}
    if language == "ja":
        return words["who"] + words["how"] + words["what"] + words["does"]
    second = {role: source.choice(choices.split("|")) for role, choices in _WORDS["en"].items()}
    text = f"{words['who']} {words['must']} {second['who']} {words['does']} {words['what']} {words['how']}"
    return text[0].upper() + text[1:] + "."


def word(source: random.Random, language: str) -> str:
    """An invented word."""
    phrase = source.choice(_WORDS[language]["what"].split("|"))
    return phrase.split()[-1] if language == "en" else phrase.removesuffix("を")


def title(source: random.Random, language: str) -> str:
    """An invented title."""
    if language == "ja":
        return word(source, language) + "の" + source.choice(["確認", "取扱い", "測定", "保護", "更新"])
    return f"{source.choice(['Handling', 'Checking', 'Renewal', 'Limits', 'Marking'])} of {word(source, language)}s"


def sample(name: str) -> list[ClauseNode]:
    """A sample draft: `cd`, `dis` or `dis.ja`."""
    stage, _, language = name.partition(".")
    file = f"iso-iec-{stage}-99001.sample{'.' if language else ''}{language}.xml"
    return clause_nodes(read_draft(SAMPLES / file))


def words_only(nodes: list[ClauseNode]) -> list[ClauseNode]:
    """The clauses without what machine edits do not carry along: provisions, and which text stands in notes."""
    return [replace(node, provisions=(), informative="", normative=True) for node in nodes]


_NOTE = "This value is given for information."
_ITEMS = ("Sample divider,", "Sieve,", "Tweezers.", "Scalpel.", "Brush.", "Balance,", "Tissue paper.")


def laboratory_method() -> list[ClauseNode]:
    """A test method of our own (85 clauses): three annexes on one pattern, untitled subclauses, titles without text,
    the same short texts in many places, references between clauses."""
    source = random.Random(17)
    nodes: list[ClauseNode] = []

    def add(number: str | None, heading: str | None, text: str, parent: int | None, kind: ClauseKind) -> int:
        level = 1 if parent is None else nodes[parent].level + 1
        nodes.append(ClauseNode(len(nodes), number, heading, kind, level, parent, text))
        return len(nodes) - 1

    def prose(count: int) -> str:
        return "\n".join(" ".join(sentence(source, "en") for _ in range(source.randint(1, 3))) for _ in range(count))

    clause, annex = ClauseKind.CLAUSE, ClauseKind.ANNEX
    add(None, "Foreword", prose(2), None, ClauseKind.FOREWORD)
    add("1", "Scope", prose(2), None, clause)
    add("2", "Normative references", "There are no normative references in this document.", None, clause)
    terms = add("3", "Terms and definitions", "No other terms are used.", None, ClauseKind.TERMS)
    for at in range(1, 8):
        name = f"{word(source, 'en')} {source.choice(['class', 'grade', 'index', 'run'])} {at}"
        definition = f"{word(source, 'en')} that {sentence(source, 'en').split('that ')[-1].split('when ')[-1][:-1]}"
        add(f"3.{at}", name, f"{definition}\n{_NOTE}" if at % 3 == 0 else definition, terms, ClauseKind.TERM)
    limits = add("4", "Requirements", "", None, clause)
    add("4.1", "General", prose(1) + " The methods of 6.1 and Clause 5 apply.", limits, clause)
    untitled = add("4.2", "Physical characteristics", "", limits, clause)
    for at in range(1, 5):
        add(f"4.2.{at}", None, prose(1 + at % 2), untitled, clause)
    add("4.3", "Limits", prose(2) + f"\n{_NOTE}", limits, clause)
    add("5", "Sampling", "Sampling shall be carried out as specified in 6.2.", None, clause)
    methods = add("6", "Test methods", "", None, clause)
    add("6.1", "General", "Unless otherwise specified, see Annex A.", methods, clause)
    for at, heading in enumerate(("Moisture content", "Defects", "Impurities", "Precision"), start=2):
        method = add(f"6.{at}", heading, "" if at % 2 else prose(2), methods, clause)
        if at % 2:
            add(f"6.{at}.1", "General", prose(1), method, clause)
            add(f"6.{at}.2", "Principle", prose(1), method, clause)
            add(f"6.{at}.3", "Determination", prose(2) + f"\n{_NOTE}", method, clause)
    add("7", "Test report", prose(2) + " The test report shall name the clause used, for example 6.3.1.", None, clause)
    for letter, heading in (("A", "Determination of defects"), ("B", "Iodine staining"), ("C", "Gel time")):
        top = add(letter, heading, "", None, annex)
        add(f"{letter}.1", "Principle", prose(1), top, annex)
        apparatus = add(
            f"{letter}.2", "Apparatus", "The usual laboratory apparatus and, in particular, the following.", top, annex
        )
        for at, item in enumerate(_ITEMS, start=1):
            text = f"which {sentence(source, 'en').split(' that ')[-1].split(' when ')[-1]}" if item[-1] == "," else ""
            add(f"{letter}.2.{at}", item, text, apparatus, annex)
        add(f"{letter}.3", "Sampling", "See Clause 5.", top, annex)
        procedure = add(f"{letter}.4", "Procedure", "", top, annex)
        for at in range(1, 4):
            add(f"{letter}.4.{at}", None, prose(1), procedure, annex)
        add(f"{letter}.5", "Calculation", prose(2), top, annex)
        add(f"{letter}.6", "Test report", "Report the results as specified in Clause 7.", top, annex)
    add(None, "Bibliography", prose(1), None, ClauseKind.BIBLIOGRAPHY)
    return nodes
