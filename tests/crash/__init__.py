"""kill -9 of server and worker during writes (check 34): `python -m tests.crash --help`."""
