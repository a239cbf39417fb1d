"""One mail a week: selects, composes, keeps in an outbox, sends."""
