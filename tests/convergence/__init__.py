"""The gradebook ends where we are, whatever the LMS does: `python -m tests.convergence --help`."""
