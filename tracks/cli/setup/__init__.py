"""Prepares a fresh machine: runs before .venv exists, on the standard library only."""
