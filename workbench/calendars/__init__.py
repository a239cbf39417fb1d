"""Calendar feeds of deadlines and meetings, and feeds of changes."""
