"""The signals of the ranking as matrices claims × clauses, block by block.

An encoder that looks vectors up in a store and encodes only what it lacks is itself an `Encoder`: give that one. What
will be asked of it is known beforehand: `clause_passages` and `claim_passages` are the exact texts.
"""
