"""A local server that plays the patent offices: real paths, headers, quotas and faults, on a clock that tests turn."""
