"""Publications, families, claims and portfolios."""
