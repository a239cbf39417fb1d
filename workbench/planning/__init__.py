"""The sequencing plan: what is filed, contributed, declared and released when, and the rules of its order."""
