import pytest

from lti.errors import PermanentServiceError, ServiceError, TransientServiceError
from lti.ports import HttpAnswer
from lti.tool.grades import SCOPE_RESULT, Result
from tests.conformance.world import REGISTRATION
from tests.fakes.lti_ports import Sent
from tests.lti.tool.gradebook import ITEM, Book, array

RESULTS = "https://platform.example/items/1/results?type_id=1&user_id=u+1"


def test_result_is_read_back():
    book = Book()
    found = {"userId": "u 1", "resultScore": 8, "resultMaximum": 10.0, "comment": "Well done"}
    book.http.answers[RESULTS] = array({"userId": "u2", "resultScore": 1}, "odd", found)

    result = book.grades.results(REGISTRATION, "1", ITEM, "u 1")

    assert result == Result("u 1", 8.0, 10.0, "Well done")
    assert book.calls[0].headers == {
        "authorization": "Bearer t1",
        "accept": "application/vnd.ims.lis.v2.resultcontainer+json",
    }
    assert book.scopes == {(SCOPE_RESULT,)}


@pytest.mark.parametrize("points", [None, True, "8", 10**400])
def test_result_without_points(points: object):
    book = Book()
    book.http.answers[RESULTS] = array({"userId": "u 1", "resultScore": points})

    assert book.grades.results(REGISTRATION, "1", ITEM, "u 1") == Result("u 1", None, None, None)


def test_no_result_yet():
    book = Book()
    book.http.answers[RESULTS] = array()

    assert book.grades.results(REGISTRATION, "1", ITEM, "u 1") is None


def test_result_on_a_later_page():
    book = Book()
    page2 = "https://platform.example/items/1/Results?page=2&Cursor=aB"
    book.http.answers[RESULTS] = array({"userId": "u2"}, link=f"<{page2}>; rel=next")
    book.http.answers[page2] = array({"userId": "u 1", "resultScore": 3})

    assert book.grades.results(REGISTRATION, "1", ITEM, "u 1") == Result("u 1", 3.0, None, None)


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        ("<https://evil.example/x>; rel=next", "paging_off_host"),
        ("<http://platform.example/x>; rel=next", "paging_off_host"),
        ("<https://platform.example:444/x>; rel=next", "paging_off_host"),
        ("<//evil.example/x>; rel=next", "paging_off_host"),
        ("<https://[/x>; rel=next", "paging_off_host"),
        (f"<{RESULTS}>; rel=next", "paging_without_end"),
    ],
)
def test_next_page_stays_where_it_is(link: str, reason: str):
    book = Book()
    book.http.answers[RESULTS] = array(link=link)

    with pytest.raises(PermanentServiceError, match=reason):
        book.grades.results(REGISTRATION, "1", ITEM, "u 1")
    assert len(book.calls) == 1


def test_pages_end_somewhere():
    book = Book()

    def another(sent: Sent) -> HttpAnswer:
        page = len(book.http.sent)
        return array(link=f'<https://platform.example/items/1/results?p={page}>; rel="next"')

    book.http.answers["https://platform.example/items/1/results"] = another
    with pytest.raises(PermanentServiceError, match="paging_without_end"):
        book.grades.results(REGISTRATION, "1", ITEM, "u 1")

    assert len(book.calls) == 200


@pytest.mark.parametrize(
    ("answer", "reason", "kind"),
    [
        (HttpAnswer(200, {}, b"<html>"), "answer_not_json", TransientServiceError),
        (HttpAnswer(200, {}, b"{}"), "answer_not_json", TransientServiceError),
        (HttpAnswer(404, {}, b""), "status_404", PermanentServiceError),
        (HttpAnswer(502, {}, b""), "status_502", TransientServiceError),
    ],
)
def test_results_that_do_not_come(answer: HttpAnswer, reason: str, kind: type[ServiceError]):
    book = Book()
    book.http.answers[RESULTS] = answer

    with pytest.raises(kind) as caught:
        book.grades.results(REGISTRATION, "1", ITEM, "u 1")
    assert caught.value.reason == reason


def test_a_column_elsewhere_is_never_asked():
    book = Book()

    with pytest.raises(PermanentServiceError) as caught:
        book.grades.results(REGISTRATION, "1", "https://evil.example/items/1", "u 1")
    assert (caught.value.reason, book.http.sent) == ("host_not_allowed", [])
