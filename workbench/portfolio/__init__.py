"""Views over all families and clauses: coverage, white space, fortress, dormant patents, landscape."""
