"""What a municipality chooses: its words, a framework, and a threshold that holds everywhere."""

from sqlalchemy import select, update

from tests.factories.tool import Tool
from tests.tracks.adoption.test_pages import set_counts, stages_on
from tests.tracks.organisation.people import with_role
from tracks.catalogue.models import track_version
from tracks.organisation.models import municipality_choice
from tracks.people.models import municipality
from tracks.people.rules import Role

FORM = {"kind": "county", "framework": "digcompedu", "small_number": "10"}


def test_a_higher_threshold_hides_more_on_every_page(tool: Tool):
    set_counts(tool, tool.school_id, 9)
    admin = with_role(tool, Role.COORDINATOR)
    path = f"/schools/{tool.school_id}?lang=en"
    assert stages_on(tool.get(admin, path).text)[0] == "9 of 20"
    assert tool.post(admin, "/settings", **FORM).status_code == 303
    assert stages_on(tool.get(admin, path).text)[0] == "fewer than 10, hidden"
    assert "9 of 20" not in tool.get(admin, "/municipality?lang=en").text
    assert tool.rows(select(municipality.c.kind)) == [("county",)]
    assert tool.rows(select(municipality_choice.c.framework)) == [("digcompedu",)]
    assert 'value="10"' in tool.get(admin, "/settings").text


def test_the_areas_of_the_chosen_framework_stand_first(tool: Tool):
    codes = ["pfdk-2", "digcompedu-1", "pfdk-1", "KM1000"]
    with tool.database.writing() as session:
        session.execute(update(track_version).values(frameworks=codes))
    admin = with_role(tool, Role.COORDINATOR)
    about = "/catalogue/sample/maaling?lang=en"
    names = ["PfDK 1", "PfDK 2", "DigCompEdu 1", "LK20 KM1000"]

    def order(path: str) -> list[str]:
        page = tool.get(admin, path).text.partition("competence</")[2]
        return sorted(names, key=page.index)

    assert [order("/catalogue?lang=en"), order(about)] == [names, names]
    assert tool.post(admin, "/settings", **FORM).status_code == 303
    own = ["DigCompEdu 1", "PfDK 1", "PfDK 2", "LK20 KM1000"]
    assert [order("/catalogue?lang=en"), order(about)] == [own, own]
    assert tool.get(admin, "/catalogue?framework=pfdk-1").status_code == 200


def test_nobody_hides_less_than_the_installation(tool: Tool):
    admin = with_role(tool, Role.COORDINATOR)
    for number in ("4", "0", "-1", "51", "five"):
        answer = tool.post(admin, "/settings", **{**FORM, "small_number": number})
        assert answer.status_code == 422, number
        assert f'value="{number}"' in answer.text
    assert tool.count(municipality_choice) == 0


def test_own_words_stand_on_the_pages_of_their_language(tool: Tool):
    admin = with_role(tool, Role.COORDINATOR)
    words = {"spreader-nb": "IKT-<veileder>", "lead_spreader-en": "Area lead"}
    assert tool.post(admin, "/settings", **FORM, **words).status_code == 303
    page = tool.get(admin, "/spreaders?lang=nb").text
    assert "IKT-&lt;veileder&gt;" in page
    assert "Area lead" not in page
    assert "Area lead" in tool.get(admin, "/spreaders?lang=en").text
    wrong = tool.post(admin, "/settings", **{**FORM, "spreader-nb": "x" * 61})
    assert wrong.status_code == 422
    assert tool.post(admin, "/settings", **{**FORM, "framework": "other"}).status_code == 422
    assert tool.post(admin, "/settings", **{**FORM, "kind": ""}).status_code == 422


DESK = {
    "support-name": "Sample <desk>",
    "support-phone": "+47 12 34 56 78",
    "support-email": "desk@sample.example",
    "support-hours": "Mondays 8 to 15",
    "support-visiting": "Sample street 1, Tuesdays",
}


def test_where_to_ask_stands_on_the_help_page_of_that_municipality_only(tool: Tool):
    admin, teacher = with_role(tool, Role.COORDINATOR), tool.launch(sub="teacher")
    assert tool.post(admin, "/settings", **FORM, **DESK).status_code == 303

    page = tool.get(teacher, "/help?lang=en").text
    for said in ("Sample &lt;desk&gt;", "tel:+4712345678", "mailto:desk@sample.example"):
        assert said in page
    assert "Mondays 8 to 15" in page
    assert "Sample street 1, Tuesdays" in page
    assert "desk@sample.example" not in tool.get(tool.client(), "/help?lang=en").text
    assert 'value="+47 12 34 56 78"' in tool.get(admin, "/settings").text
    # and gone again
    assert tool.post(admin, "/settings", **FORM).status_code == 303
    assert "desk@sample.example" not in tool.get(teacher, "/help?lang=en").text


def test_what_is_no_address_is_refused_and_stays_in_the_form(tool: Tool):
    admin = with_role(tool, Role.COORDINATOR)
    for name, odd in (
        ("support-phone", "ring us"),
        ("support-email", "desk@sample"),
        ("support-email", "a@b.example?cc=c@d.example"),
        ("support-hours", "x" * 201),
        ("support-name", ""),
    ):
        answer = tool.post(admin, "/settings", **{**FORM, **DESK, name: odd})
        assert answer.status_code == 422, (name, odd)
        assert f'id="{name}-problem"' in answer.text
        assert f'value="{odd}"' in answer.text
    assert "sample.example" not in tool.get(admin, "/help").text
