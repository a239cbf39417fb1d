"""A declaration case behind a wall, for the walk over every address. All of it is invented."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.cases.filled import OPTION_3, VALUES
from tests.people.walled import NOW
from workbench.cases.models import (
    CaseDocument,
    CaseForm,
    CasePatent,
    CasePortion,
    CaseStep,
    CaseTask,
    CaseTaskKind,
    DeclarationCase,
    DocumentKind,
)
from workbench.cases.statuses import CaseAct, CaseStatus


def plant_case(add: Callable[..., int], word: str, matter_id: int, work_item_id: int, draft_id: int, sha: str) -> None:
    """A case with option 3 in a matter; `add` adds a row under the names of arguments of addresses that it stands for.

    Everything in it holds `word`; `sha` is the hash of a file that is kept.
    """
    row: Any = DeclarationCase(
        work_item_id=work_item_id,
        matter_id=matter_id,
        holder=f"{word} holder",
        form="common 2015-06-26",
        reason=f"{word} reason",
        opened_at=NOW,
        changed_at=NOW,
    )
    case_id = add(row, "case_id")
    entries = {**VALUES, **OPTION_3, "holder_name": f"{word} holder", "sig_holder": f"{word} holder"}
    form_id = add(CaseForm(case_id=case_id, revision=1, entries=entries, option="3", by=word, at=NOW))
    patent = CasePatent(
        case_id=case_id,
        form_id=form_id,
        position=1,
        country="XX",
        number=f"{word} number",
        status="granted",
        title=f"{word} title",
        published=True,
    )
    add(patent)
    add(CasePortion(case_id=case_id, form_id=form_id, draft_id=draft_id, clause_order=0, hash="0" * 64))
    document = CaseDocument(
        case_id=case_id,
        form_id=form_id,
        kind=DocumentKind.RECEIPT,
        name=f"{word} receipt",
        sha256=sha,
        size=1,
        organisation="ISO",
        by=word,
        at=NOW,
    )
    add(document, "document_id")
    add(CaseStep(case_id=case_id, act=CaseAct.OPEN, status=CaseStatus.DRAFT, revision=1, by=word, at=NOW))
    facts = {"patent": f"{word} number", "to": [word]}
    add(CaseTask(case_id=case_id, kind=CaseTaskKind.TRANSFER, key=f"transfer:{word}", facts=facts, since=NOW))
