"""The outside world as typed records: HTTP, file formats, nothing of Flask or of a database."""
