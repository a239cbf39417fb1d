"""Where every fact came from: runs, snapshots of what was read, and the log of changes."""
