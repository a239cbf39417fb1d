"""Project pages of iso.org: the dated stage history of a work item."""
