"""Comments of member bodies on clauses of drafts: drafted here, sent in the commenting form, answered there."""
