"""Tens of thousands of results for an LMS that is down: `python -m tests.backpressure --help`."""
