"""What people decide of a pair of claim and clause: triage, claim charts, reviews, statuses."""
