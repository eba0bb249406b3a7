"""What makes hundreds of tools quick to start."""

from collections.abc import Iterator
from functools import cache

import pytest

from lti import keys


@pytest.fixture(autouse=True, scope="session")
def _each_key_is_read_once() -> Iterator[None]:
    """OpenSSL checks a private key for 40 ms each time it reads it; here it is always the same."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(keys, "load_private", cache(keys.load_private))
        yield
