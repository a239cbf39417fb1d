"""The scheduler process: what runs when, and the lease that makes it run once."""
