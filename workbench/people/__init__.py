"""Who may see and do what: roles, matters, tracks, the gate before confidential rows, and the audit trail."""
