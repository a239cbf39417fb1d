"""Declaration cases: one holder, one deliverable, one version of the policy."""
