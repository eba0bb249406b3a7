import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti.roles import CONTEXT_ROLES, TEST_USER, VOCABULARY, Role, Roles, Scope, parse_role

MEMBERSHIP = VOCABULARY + "membership#"


def test_the_context_roles_of_the_vocabulary():
    assert sorted(CONTEXT_ROLES) == [
        "Administrator",
        "ContentDeveloper",
        "Instructor",
        "Learner",
        "Manager",
        "Member",
        "Mentor",
        "Officer",
    ]


@pytest.mark.parametrize("name", sorted(CONTEXT_ROLES))
def test_context_role_as_uri_and_as_short_name(name: str):
    assert parse_role(MEMBERSHIP + name) == parse_role(name) == Role(Scope.CONTEXT, name)


@pytest.mark.parametrize(
    ("text", "role"),
    [
        (VOCABULARY + "institution/person#Student", Role(Scope.INSTITUTION, "Student")),
        (VOCABULARY + "system/person#Administrator", Role(Scope.SYSTEM, "Administrator")),
        (
            VOCABULARY + "membership/Instructor#TeachingAssistant",
            Role(Scope.CONTEXT, "Instructor", "TeachingAssistant"),
        ),
        (
            "http://purl.imsglobal.org/vocab/lti/system/person#TestUser",
            Role(Scope.SYSTEM, "TestUser"),
        ),
        (MEMBERSHIP + "InstructorX", None),
        (MEMBERSHIP + "instructor", None),
        (MEMBERSHIP, None),
        (MEMBERSHIP + "Instructor\n", None),
        (VOCABULARY + "membership/Other#Instructor", None),
        (VOCABULARY + "institution/person/Instructor#Instructor", None),
        ("https" + MEMBERSHIP.removeprefix("http") + "Instructor", None),
        ("http://evil.example/membership#Instructor", None),
        ("Student", None),
        ("", None),
    ],
)
def test_parse_role(text: str, role: Role | None):
    assert parse_role(text) == role


def test_sub_role_is_not_its_principal_role():
    assistant = Roles.parse([VOCABULARY + "membership/Instructor#TeachingAssistant"])

    assert (assistant.is_teaching_assistant, assistant.is_instructor) == (True, False)


def test_every_right_of_a_context():
    roles = Roles.parse(["Instructor", "Learner", "Mentor", "ContentDeveloper", "Administrator"])

    assert (
        roles.is_instructor,
        roles.is_learner,
        roles.is_mentor,
        roles.is_content_developer,
        roles.is_administrator,
        roles.is_test_user,
    ) == (True, True, True, True, True, False)


def test_institution_roles_grant_nothing_in_a_course():
    roles = Roles.parse([VOCABULARY + "institution/person#Instructor", TEST_USER])

    assert (roles.is_instructor, roles.may_author, roles.is_test_user) == (False, False, True)


@pytest.mark.parametrize(
    ("text", "administers", "of_the_course"),
    [
        (MEMBERSHIP + "Administrator", True, True),
        (VOCABULARY + "institution/person#Administrator", True, False),
        (VOCABULARY + "system/person#Administrator", True, False),
        (VOCABULARY + "system/person#SysAdmin", False, False),
        (MEMBERSHIP + "Instructor", False, False),
    ],
)
def test_who_administers(text: str, administers: bool, of_the_course: bool):
    roles = Roles.parse([text])

    assert (roles.administers, roles.is_administrator) == (administers, of_the_course)


@given(st.lists(st.text(max_size=80) | st.text(max_size=12).map(MEMBERSHIP.__add__), max_size=5))
def test_only_the_exact_words_make_an_instructor(texts: list[str]):
    expected = bool({"Instructor", MEMBERSHIP + "Instructor"} & set(texts))

    assert Roles.parse(texts).is_instructor is expected


def test_what_is_no_role_is_not_among_them():
    said = [VOCABULARY + "membership#Learner", VOCABULARY + "membership#Unknown", ""]

    assert Roles.parse(said) == {Role(Scope.CONTEXT, "Learner")}
