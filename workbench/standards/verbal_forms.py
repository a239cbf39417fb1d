"""Verbal forms of provisions: which words make a sentence a requirement, recommendation, permission or possibility.

English after ISO/IEC Directives Part 2:2018, 7.2 to 7.6, Tables 3 to 7; Japanese after JIS Z 8301:2008, Annex H.
Pure: a sentence in, what its words say out; where it stands is not looked at here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from workbench.standards.imperatives import is_imperative


class ProvisionKind(StrEnum):
    """Kinds of sentence in a standard (Directives Part 2, 3.3.2 to 3.3.7)."""

    REQUIREMENT = "requirement"
    RECOMMENDATION = "recommendation"
    PERMISSION = "permission"
    POSSIBILITY = "possibility"
    STATEMENT = "statement"


@dataclass(frozen=True)
class Form:
    """What the words of a sentence say. `reason` names the rule; `doubt` sends it to a person; `error` is a form that
    Part 2 does not allow anywhere.
    """

    kind: ProvisionKind
    reason: str
    doubt: bool = False
    error: bool = False


_REQ, _REC, _PER, _POS, _STA = ProvisionKind
_STRENGTH = {kind: rank for rank, kind in enumerate(ProvisionKind)}
# No sentence of a standard is as long; of text that is, only the start and the end are looked at.
_LONGEST = 2000
STATEMENT = Form(_STA, "no-verbal-form")

_BE = r"(?:is|are|be|was|were)"
_PERMITTED = r"(?:permitted|allowed|permissible)"
# Right after an article it is a noun: "the can", "a must".
_NO_NOUN = r"(?<!\bthe )(?<!\ba )"
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|「[^」]*」|『[^』]*』|(?<!\w)‘[^’]*’(?!\w)|(?<!\w)'[^']*'(?!\w)")
_LABEL = re.compile(
    r"^(?:(?:NOTE|EXAMPLE|WARNING|CAUTION|IMPORTANT|DANGER|Note|Example)\s*\d*(?:\s+to\s+entry)?\s*[:—–-]?\s+"
    r"|(?:注記|例|注|警告|注意)\s*\d*\s*(?:[a-z]?\)|[:：])?\s*"
    r"|(?:[a-z]|\d{1,2}|[ivx]{1,4})\)\s*|[—–•-]\s+|[a-z]\s+(?=[A-Z]))"
)

# Each rule eats what it matched, so that "is not permitted" is never read again as "is permitted".
_ENGLISH: tuple[tuple[re.Pattern[str], Form], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), form)
    for pattern, form in (
        (r"\bshall(?:\s+not)?\b", Form(_REQ, "shall")),
        (rf"\bonly\b[^.;]*?\b{_BE}\s+{_PERMITTED}\b", Form(_REQ, "only-permitted")),
        (rf"^\W*only\b[^.;]*?\b{_BE}\s+(?:\w+\s+){{1,4}}{_PERMITTED}\b", Form(_REQ, "only-permitted")),
        (rf"\b{_BE}\s+(?:not|never)\s+(?:{_PERMITTED}|acceptable)\b", Form(_REQ, "not-permitted")),
        (rf"\bno\b[^.;]*?\b{_BE}\s+{_PERMITTED}\b", Form(_REQ, "none-permitted")),
        (r"\bit\s+is\s+required\s+that\b[^.;]*?\bnot\b", Form(_REQ, "required-that-not")),
        (rf"\b{_BE}\s+required\s+(?:not\s+to\b|to\s+be\s+not\b|that\b)", Form(_REQ, "required-to")),
        (rf"\b{_BE}\s+not\s+required\b", Form(_PER, "not-required")),
        (rf"\bno\b[^.;]*?\b{_BE}\s+required\b", Form(_PER, "none-required")),
        (rf"\b{_BE}\s+required\s+to\b", Form(_REQ, "required-to")),
        (r"\b(?:does|do)\s+not\s+have\s+to\b", Form(_PER, "not-have-to", doubt=True)),
        (r"\bit\s+is\s+not\s+necessary\b", Form(_PER, "not-necessary", doubt=True)),
        (r"\bit\s+is\s+necessary\b", Form(_REQ, "necessary")),
        (r"\b(?:has|have)\s+to\b(?!\s+do\s+with)", Form(_REQ, "has-to")),
        (r"\bneed\s+not\b", Form(_PER, "need-not", doubt=True)),
        (r"(?<!\bthe )(?<!\ba )(?<!\bno )(?<!\bany )\bneeds?\s+to\b", Form(_STA, "needs-to", doubt=True)),
        (r"\b(?:should|ought)(?:\s+not)?\b(?<!\Ashould)", Form(_REC, "should")),
        (rf"\b{_BE}\s+(?:not\s+)?recommended\b", Form(_REC, "recommended")),
        (r"\b(?-i:may|MAY)\s+not\b", Form(_PER, "may-not", doubt=True)),
        (r"\b(?-i:may|MAY)\b", Form(_PER, "may")),
        (rf"\b{_BE}\s+{_PERMITTED}\b", Form(_PER, "permitted")),
        (rf"{_NO_NOUN}\b(?:can\s+not|cannot|can)\b", Form(_POS, "can")),
        (rf"\b{_BE}\s+(?:un|not\s+)?able\s+to\b", Form(_POS, "able-to")),
        (r"\bit\s+is\s+(?:not\s+|im)?possible\s+to\b", Form(_POS, "possible-to")),
        (r"\bthere\s+is\s+(?:a|no)\s+possibility\b", Form(_POS, "possibility")),
        (rf"{_NO_NOUN}\b(?:might|could)\b", Form(_POS, "might-could", doubt=True)),
    )
)
_IS_TO = re.compile(r"\b(?:is|are)\s+(?:not\s+)?to\s+(?!the\b|a\b|an\b)[a-z]", re.IGNORECASE)
_PURPOSE = re.compile(
    r"\b(?:purpose|aim|objective|goal|intent|intention|function|task|role|idea|way|approach|step|challenge|reason|"
    r"intended use|ambition|strategy|alternative|option|point|key|best practice|trick|solution|method)s?\b[^,;:.]*?"
    r"\b(?:is|are)\s+(?:not\s+)?to\b",
    re.IGNORECASE,
)
_REQUIRED = re.compile(rf"\b{_BE}\s+required\b", re.IGNORECASE)
_SUBORDINATE = re.compile(r"^(?:if|where|when|whenever|unless|once|as|should)\b[^,]*,\s*", re.IGNORECASE)
_IN_RELATIVE = re.compile(r"\b(?:that|which|who|if|where|when|as|than|whether|what|how|why)\b[^,;]*$", re.IGNORECASE)
_MODAL = r"\b(?:shall|should|may|can|cannot|might|could|must)\b"
# What is asked or known ("can see what should be done") is not what the sentence itself says.
_ASKED = re.compile(rf"(?<=\s)(?:what|whether|how|why)\b(?:(?!{_MODAL}|[,;.]).)*{_MODAL}(?:\s+not\b)?", re.IGNORECASE)
_ANY_MODAL = re.compile(_MODAL, re.IGNORECASE)
_MUST = re.compile(rf"{_NO_NOUN}\bmust\b(?!-)", re.IGNORECASE)
_EXTERNAL = re.compile(
    r"\b(?:because|due to|owing to|laws?|legislation|legal|legally|regulations?|regulatory|statut\w+|ordinance|"
    r"directive|decree|gravity|physic\w+|nature|naturally|thermodynamic\w*|inevitably|licensing authority)\b",
    re.IGNORECASE,
)

_KANA = re.compile(r"[\u3040-\u30ff]")
_JA_TAIL = re.compile(r"[。．.\s]*(?:[（(][^（）()]*[）)])?[。．.\s]*$")
_JA_EXTERNAL = re.compile(r"法令|法律|法規|政令|省令|条例|規制|自然|重力|物理|法に")
_JA_OWN = re.compile(r"^(?:この|本)(?:規格|文書|部|附属書|箇条|標準|仕様書|原案)(?:は|では)")
_JA_STATIVE = (
    r"(?:存在|該当|依存|相当|関連|関係|由来|発生|変化|増加|減少|低下|上昇|対応|意味|構成|位置|共通|起因|機能|成立|一致|"
    r"到達|劣化|停止|動作|終了|消費|出力|表示|保持|収束|適合|規定|要求)"
)
_JA_ACTION = (
    r"(?:行う|用いる|使う|加える|入れる|置く|保つ|測る|求める|洗う|取り出す|取り除く|止める|付ける|取り付ける|外す|"
    r"開ける|閉じる|切る|載せる|注ぐ|混ぜる|避ける|確かめる|調べる|乾かす|設ける|備える|定める|満たす|従う|選ぶ|書く|記す|"
    r"丸める|差し引く|冷ます|塗る|張る|巻く|量る|計る|締める|緩める|掛ける|割る|足す|並べる|閉める|当てる|沈める|浸す|振る|拭く|"
    r"拭き取る|集める|分ける|比べる|数える|知らせる|[あ-ん一-龠々ー]させる|"
    r"報告する|繰り返す|続ける|待つ|読む|読み取る|送る|返す|押す|つなぐ|温める|冷やす|捨てる|移す|施す|与える)"
)
_JA_ACTION_NOT = (
    r"(?:行わない|用いない|使わない|加えない|入れない|置かない|設けない|開けない|外さない|与えない|送らない|返さない)"
)
_JAPANESE: tuple[tuple[re.Pattern[str], Form], ...] = tuple(
    (re.compile(rf"(?:{pattern})$"), form)
    for pattern, form in (
        (
            r"なければならない|ねばならない|てはならない|ではならない|なければなりません|てはいけない",
            Form(_REQ, "ja-must"),
        ),
        (r"(?:望ましい|望ましくない|推奨する|推奨される)", Form(_REC, "ja-desirable")),
        (r"(?:の|ほう|方)がよい|(?:の|ほう|方)が良い", Form(_REC, "ja-better")),
        (r"べきである|べきでない|べきではない", Form(_REC, "ja-beki", doubt=True)),
        (r"なくてもよい|なくてよい|必要はない|必要がない|なくても良い", Form(_PER, "ja-not-required")),
        (
            r"[てで]もよい|[てで]も良い|差し支えない|差支えない|差しつかえない|許容される|認められる",
            Form(_PER, "ja-may"),
        ),
        (r"できる|できない|可能である|不可能である|可能性がある|可能性がない|得る|得ない", Form(_POS, "ja-can")),
        (r"必要がある|必要である|必要とする", Form(_REQ, "ja-necessary", doubt=True)),
        (r"(?:[るうくすつぬむぐぶ]|ない)こと", Form(_REQ, "ja-koto")),
        (rf"(?:{_JA_STATIVE})(?:する|しない|している|していない)", Form(_STA, "ja-property")),
        (r"とする|による|に従う|とおりである", Form(_REQ, "ja-plain")),
        (r"(?:有|属|関|要|適|達|類|対|呈|帯)する", Form(_STA, "ja-property")),
        (rf"{_JA_ACTION_NOT}|{_JA_ACTION}", Form(_REQ, "ja-action")),
        (r"しない|する", Form(_REQ, "ja-action")),
    )
)


def form_of(sentence: str, language: str, *, imperatives: bool = True) -> Form:
    """What the words of one sentence say.

    A sentence with kana is read by the Japanese rules, any other by the English ones if `language` is English or
    Japanese; in further languages it is a statement that a person should look at. Quoted text says nothing. With
    `imperatives` off a base-form verb at the start is not a requirement (cells of a table).
    """
    readable = sentence if len(sentence) <= 2 * _LONGEST else f"{sentence[:_LONGEST]} {sentence[-_LONGEST:]}"
    bare = _QUOTED.sub(" quotation ", readable.strip())
    bare = _LABEL.sub("", bare, count=1)
    if _KANA.search(bare):
        return _japanese(bare)
    if language.partition("-")[0].casefold() not in ("en", "eng", "ja", "jpn"):
        return Form(_STA, "language", doubt=True)
    return _english(bare, imperatives=imperatives)


def _english(sentence: str, *, imperatives: bool) -> Form:
    found = []
    rest = _without_subordinates(sentence)
    for pattern, form in _ENGLISH:
        rest, count = pattern.subn(" … ", rest)
        if count:
            found.append(form)
    if _IS_TO.search(rest) and not _PURPOSE.search(rest):
        found.append(Form(_REQ, "is-to"))
    if imperatives and is_imperative(sentence):
        found.append(Form(_REQ, "imperative"))
    main = _SUBORDINATE.sub("", rest)
    required = _REQUIRED.search(main)
    if required and not _IN_RELATIVE.search(main[: required.start()]):
        found.append(Form(_REQ, "required", doubt=True))
    strongest = min(found, key=lambda form: (_STRENGTH[form.kind], form.doubt), default=STATEMENT)
    if strongest.kind in (_POS, _PER, _STA) and _MUST.search(rest):
        if _EXTERNAL.search(rest):
            return Form(_STA, "external-constraint")
        return Form(_STA, "must", doubt=True, error=True)
    return strongest


def _without_subordinates(sentence: str) -> str:
    """Leave out forms that only tell a condition or a question, where the main clause has a form of its own.

    Relative clauses stay: "may carry a header which shall be signed" does ask for a signature.
    """
    lead = _SUBORDINATE.match(sentence)
    if lead and _ANY_MODAL.search(sentence, lead.end()):
        sentence = sentence[lead.end() :]
    asked = _ASKED.search(sentence)
    if asked and _ANY_MODAL.search(sentence, 0, asked.start()):
        sentence = f"{sentence[: asked.start()]} … {sentence[asked.end() :]}"
    return sentence


def _japanese(sentence: str) -> Form:
    ending = _JA_TAIL.sub("", sentence)
    if _JA_OWN.search(ending) and re.search(
        r"(?:規定する|適用する|適用しない|示す|定める|記載する|提供する|扱う)$", ending
    ):
        return Form(_STA, "ja-own-scope")
    for pattern, form in _JAPANESE:
        if pattern.search(ending):
            if form.reason == "ja-must" and _JA_EXTERNAL.search(ending):
                return Form(_STA, "ja-external-constraint", doubt=True)
            return form
    return STATEMENT
