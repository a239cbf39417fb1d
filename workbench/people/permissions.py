"""Roles, permissions, and the one table that says which role holds which permission."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Role(StrEnum):
    """What a person is in the workbench; a person may be several."""

    READER = "reader"
    DELEGATE = "delegate"
    IP_ANALYST = "ip_analyst"
    IP_COUNSEL = "ip_counsel"
    SIGNATORY = "signatory"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """What can be allowed. Rows that belong to a matter are seen by its members only, whatever a role allows."""

    READ_STANDARDS = "read_standards"
    """Work items, committees, drafts, changes, sources; one's own digest; the published state of the IP review."""
    EDIT_STANDARDS = "edit_standards"
    """Company positions, comments, ballots, lineage: the delegate's own work."""
    IMPORT_STANDARDS = "import_standards"
    READ_PATENTS = "read_patents"
    """Publications, own claims, portfolios, what offices say."""
    READ_OTHERS_CLAIMS = "read_others_claims"
    """Claims of patents that are not the company's own; reading another's claims creates knowledge of them."""
    IMPORT_PATENTS = "import_patents"
    READ_MATCHES = "read_matches"
    """What the engine suggests, and what people decided of it."""
    DECIDE = "decide"
    """Triage of matches, and later assessments and claim charts."""
    EXPORT_CONFIDENTIAL = "export_confidential"
    """Take matches, decisions and portfolios out of the workbench."""
    READ_PLANS = "read_plans"
    """Plans of filings, contributions, declarations and releases, of one's matters; the rules of their order."""
    EDIT_PLANS = "edit_plans"
    """Change plans, ask the solver, ask that a finding be set aside."""
    EDIT_RULES = "edit_rules"
    """Change the rules of order and the table of licences, for every plan."""
    PUBLISH_REVIEW_STATE = "publish_review_state"
    """Set what delegates see of the IP review of a work item."""
    EDIT_PARTIES = "edit_parties"
    """Accept or reject that two names are one holder."""
    SIGN_DECLARATIONS = "sign_declarations"
    """Be the signatory among the two people who approve a declaration."""
    READ_CASES = "read_cases"
    """Declaration cases and what is owed of them."""
    EDIT_CASES = "edit_cases"
    """Prepare and propose declarations, record that one was sent and what was answered."""
    TAKE_FORMS = "take_forms"
    """Take the form of a declaration and its documents out of the workbench, to read, sign and send them."""
    APPROVE_CASES = "approve_cases"
    """Be one of the two people who approve a declaration that others wrote and proposed."""
    OPERATE = "operate"
    """Sources, quarantine, settings of the engine, digests and their recipients."""
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_MATTERS = "manage_matters"
    """Make matters, say who is in them and on which side of the tracks; not what is in them."""
    HOLD = "hold"
    """Put a matter under legal hold; ask for a hold to be released."""
    APPROVE_OVERRIDES = "approve_overrides"
    """Be the second person where one is needed."""
    READ_TRAIL = "read_trail"


_EVERYBODY: Final = frozenset({Permission.READ_STANDARDS})
_IP: Final = _EVERYBODY | {
    Permission.READ_PATENTS,
    Permission.READ_MATCHES,
    Permission.READ_CASES,
    Permission.READ_PLANS,
}
_ANALYST: Final = _IP | {
    Permission.IMPORT_STANDARDS,
    Permission.IMPORT_PATENTS,
    Permission.READ_OTHERS_CLAIMS,
    Permission.DECIDE,
    Permission.EDIT_PLANS,
    Permission.PUBLISH_REVIEW_STATE,
    Permission.EDIT_PARTIES,
    Permission.EDIT_CASES,
}

ADMINISTRATIVE: Final = frozenset(
    {
        Permission.OPERATE,
        Permission.MANAGE_ACCOUNTS,
        Permission.MANAGE_MATTERS,
        Permission.APPROVE_OVERRIDES,
        Permission.READ_TRAIL,
    }
)
"""What is used only in a session in which a second step was shown (ASVS 4.0.3, 4.3.1). Local mode needs none."""

# The one table. The page of roles shows it, every check reads it.
PERMISSIONS: Final = MappingProxyType(
    {
        Role.READER: _EVERYBODY,
        Role.DELEGATE: _EVERYBODY | {Permission.EDIT_STANDARDS, Permission.IMPORT_STANDARDS},
        Role.IP_ANALYST: _ANALYST,
        Role.IP_COUNSEL: _ANALYST
        | {
            Permission.EXPORT_CONFIDENTIAL,
            Permission.TAKE_FORMS,
            Permission.APPROVE_CASES,
            Permission.EDIT_RULES,
            Permission.HOLD,
            Permission.APPROVE_OVERRIDES,
            Permission.READ_TRAIL,
        },
        Role.SIGNATORY: _IP | {Permission.SIGN_DECLARATIONS, Permission.TAKE_FORMS, Permission.APPROVE_CASES},
        Role.ADMINISTRATOR: _EVERYBODY
        | {
            Permission.OPERATE,
            Permission.MANAGE_ACCOUNTS,
            Permission.MANAGE_MATTERS,
            Permission.APPROVE_OVERRIDES,
            Permission.READ_TRAIL,
        },
    }
)


def allows(roles: Iterable[Role], permission: Permission) -> bool:
    """Whether one of the roles holds the permission."""
    return any(permission in PERMISSIONS[role] for role in roles)
