"""Claims ranked against clauses, with the words that made it so."""
