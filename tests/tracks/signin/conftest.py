from collections.abc import Iterator

import pytest

from lti.http import GuardedHttp
from lti.platform_keys import CachedPlatformKeys
from tests.factories.tool import Tool
from tests.fakes.login_service import CLIENT_ID, SECRET, LoginService
from tests.tracks.signin.people import NOW_IS
from tracks.lms.stores import SystemClock
from tracks.signin.actions.identities import Wanted, keep_service
from tracks.signin.views import EXTENSION, Feide, SignInSide


@pytest.fixture
def service() -> Iterator[LoginService]:
    made = LoginService()
    stop = made.start()
    yield made
    stop()


@pytest.fixture
def own(tool: Tool, service: LoginService) -> Tool:
    """The tool with that login service set up as number 1."""
    http, clock = GuardedHttp(allow_loopback=True), SystemClock()
    side: SignInSide = tool.app.extensions[EXTENSION]
    tool.app.extensions[EXTENSION] = SignInSide(
        base_url="http://localhost:8000",
        tickets=side.tickets,
        sealer=side.sealer,
        http=http,
        keys=CachedPlatformKeys(http, clock),
        clock=clock,
        # Here it is Feide, too.
        feide=Feide(
            GuardedHttp(allow_loopback=True, total_seconds=1.5),
            service.url,
            f"{service.url}/groups",
        ),
    )
    wanted = Wanted("Sample login", service.url, CLIENT_ID, SECRET, "openid")
    with tool.database.writing() as session:
        keep_service(session, side.sealer, tool.municipality_id, wanted, None, NOW_IS())
    return tool
