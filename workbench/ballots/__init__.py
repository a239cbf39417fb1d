"""Ballots as announced, positions of the company and of the country, votes of members, duties and limit dates."""
