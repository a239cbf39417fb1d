"""Committees, work items, stages, ballots, drafts, clauses and provisions."""
