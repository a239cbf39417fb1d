"""ISO Open Data: committees and deliverables as JSON Lines."""
