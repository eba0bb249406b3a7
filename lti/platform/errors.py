class AuthenticationRefused(Exception):
    """An authentication request that may not even be answered with an error form.

    Raised while the client or its redirect_uri is not trusted (RFC 6749 §4.1.2.1): the person sees
    a page of the LMS, status 400, and nothing is sent to the address the request names.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TokenRefused(Exception):
    """A token request answered with an error; `error` is a code of RFC 6749 §5.2."""

    def __init__(self, error: str, reason: str) -> None:
        super().__init__(f"{error}: {reason}")
        self.error = error
        self.reason = reason

    @property
    def status(self) -> int:
        return 401 if self.error == "invalid_client" else 400


class ContentRefused(Exception):
    """An answer to a deep linking request that is not taken; `reason` is a machine code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
