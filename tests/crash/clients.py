"""Teachers at work: threads that act until they are told to stand still."""

import threading
import time
from collections.abc import Callable

from tests.crash.acts import Act, Busy, Launch, plan
from tests.crash.books import Books, PersonBook
from tests.crash.browser import Browser, NoAnswer, Strange

_MOMENT_S = 0.02


class Gate:
    """Open: clients act. Closed: they stand still, and `close` waits until all do."""

    def __init__(self, clients: int) -> None:
        self._clients = clients
        self._condition = threading.Condition()
        self._is_open = False
        self._waiting = 0
        self.is_over = False

    def open(self) -> None:
        with self._condition:
            self._is_open = True
            self._condition.notify_all()

    def close(self) -> None:
        with self._condition:
            self._is_open = False
            self._condition.wait_for(lambda: self._waiting == self._clients)

    def end(self) -> None:
        with self._condition:
            self.is_over = True
            self._condition.notify_all()

    def wait(self) -> bool:
        """False when it is all over."""
        with self._condition:
            self._waiting += 1
            self._condition.notify_all()
            self._condition.wait_for(lambda: self._is_open or self.is_over)
            self._waiting -= 1
            return not self.is_over


class Client(threading.Thread):
    """One teacher after the other, each through their plan."""

    def __init__(
        self, books: Books, gate: Gate, schools: list[int], browse: Callable[[], Browser]
    ) -> None:
        super().__init__(daemon=True)
        self._books = books
        self._gate = gate
        self._schools = schools
        self._browse = browse

    def run(self) -> None:
        try:
            while self._gate.wait():
                book = self._books.newcomer()
                browser = self._browse()
                for act in plan(book.sub, self._schools):
                    if not self._insist(act, browser, book):
                        return
        except Exception as exc:
            # Said by the run, which stops: this thread must still stand still when asked to.
            self._books.note_strange(f"a client broke down: {exc!r}")
            while self._gate.wait():
                time.sleep(_MOMENT_S)

    def _insist(self, act: Act, browser: Browser, book: PersonBook) -> bool:
        """Until it is promised; False when all is over."""
        while self._gate.wait():
            try:
                if act.do(browser, book):
                    self._books.ack(launch=isinstance(act, Launch))
                return True
            except (NoAnswer, Busy) as exc:
                self._books.note(busy=isinstance(exc, Busy))
                time.sleep(_MOMENT_S)
            except Strange as exc:
                self._books.note_strange(f"{book.sub}: {exc}")
                return True
        return False
