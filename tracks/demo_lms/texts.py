"""Every word of the demo LMS: key -> language -> text. English is the last resort."""

from collections.abc import Iterable

LANGUAGES = {"nb": "Norsk bokmål", "nn": "Norsk nynorsk", "sv": "Svenska", "en": "English"}
# what browsers call the same languages
_ALIASES = {"no": "nb", "nb": "nb", "nn": "nn", "sv": "sv", "en": "en"}


def _t(en: str, nb: str, nn: str, sv: str) -> dict[str, str]:
    return {"en": en, "nb": nb, "nn": nn, "sv": sv}


TEXTS: dict[str, dict[str, str]] = {
    "demo": _t("Demo LMS", "Demo-LMS", "Demo-LMS", "Demo-LMS"),
    "demo_note": _t(
        "A make-believe learning platform, to try a tool with. Nobody here is real.",
        "En liksom-læringsplattform til å prøve et verktøy i. Ingen her er virkelige.",
        "Ei liksom-læringsplattform til å prøve eit verktøy i. Ingen her er verkelege.",
        "En låtsaslärplattform att prova ett verktyg i. Ingen här finns på riktigt.",
    ),
    "skip": _t(
        "Skip to content", "Hopp til innholdet", "Hopp til innhaldet", "Hoppa till innehållet"
    ),
    "who": _t(
        "Who do you want to be?", "Hvem vil du være?", "Kven vil du vere?", "Vem vill du vara?"
    ),
    "search_label": _t(
        "Search all people by name, id or role",
        "Søk blant alle personer etter navn, id eller rolle",
        "Søk blant alle personar etter namn, id eller rolle",
        "Sök bland alla personer efter namn, id eller roll",
    ),
    "search": _t("Search", "Søk", "Søk", "Sök"),
    "found": _t(
        "{shown} of {count} people found",
        "{shown} av {count} personer funnet",
        "{shown} av {count} personar funne",
        "{shown} av {count} personer hittade",
    ),
    "and_more": _t(
        "and {count} more: use the search",
        "og {count} til: bruk søket",
        "og {count} til: bruk søket",
        "och {count} till: använd sökningen",
    ),
    "show_all": _t("Back to everybody", "Tilbake til alle", "Tilbake til alle",
                   "Tillbaka till alla"),
    "signed_in_as": _t("Signed in as {name}", "Logget inn som {name}", "Logga inn som {name}",
                       "Inloggad som {name}"),
    "sign_out": _t("Be somebody else", "Bli en annen", "Bli ein annan", "Bli någon annan"),
    "no_name": _t("(name not shared)", "(navn ikke delt)", "(namn ikkje delt)",
                  "(namn delas inte)"),
    "your_courses": _t("Your courses", "Dine kurs", "Kursa dine", "Dina kurser"),
    "no_courses": _t(
        "This person is in no course. Be somebody else.",
        "Denne personen er ikke med i noe kurs. Bli en annen.",
        "Denne personen er ikkje med i noko kurs. Bli ein annan.",
        "Den här personen är inte med i någon kurs. Bli någon annan.",
    ),
    "activities": _t("Activities", "Aktiviteter", "Aktivitetar", "Aktiviteter"),
    "no_activities": _t("No activities yet.", "Ingen aktiviteter ennå.", "Ingen aktivitetar enno.",
                        "Inga aktiviteter än."),
    "new_tab": _t("Open in a new tab", "Åpne i ny fane", "Opne i ny fane", "Öppna i ny flik"),
    "frame_title": _t(
        "{title}, shown by the connected tool",
        "{title}, vist av det tilkoblede verktøyet",
        "{title}, vist av det tilkopla verktøyet",
        "{title}, visas av det anslutna verktyget",
    ),
    "look_at_work": _t(
        "See what is shared", "Se det som er delt", "Sjå det som er delt", "Se det som är delat"
    ),
    "gradebook": _t("Gradebook", "Karakterbok", "Karakterbok", "Betygsbok"),
    "gradebook_of": _t("Gradebook: {title}", "Karakterbok: {title}", "Karakterbok: {title}",
                       "Betygsbok: {title}"),
    "gradebook_note": _t(
        "What the tool has sent. The latest score counts.",
        "Det verktøyet har sendt. Siste poengsum gjelder.",
        "Det verktøyet har sendt. Siste poengsum gjeld.",
        "Det som verktyget har skickat. Den senaste poängen gäller.",
    ),
    "only_yours": _t("You see your own row.", "Du ser din egen rad.", "Du ser di eiga rad.",
                     "Du ser din egen rad."),
    "no_columns": _t(
        "No activity in this course has grades.",
        "Ingen aktivitet i dette kurset har karakterer.",
        "Ingen aktivitet i dette kurset har karakterar.",
        "Ingen aktivitet i den här kursen har betyg.",
    ),
    "no_rows": _t("Nobody in this course gets grades.", "Ingen i dette kurset får karakterer.",
                  "Ingen i dette kurset får karakterar.", "Ingen i den här kursen får betyg."),
    "up_to": _t("Up to {maximum} points", "Inntil {maximum} poeng", "Inntil {maximum} poeng",
                "Upp till {maximum} poäng"),
    "out_of": _t("out of {maximum}", "av {maximum}", "av {maximum}", "av {maximum}"),
    "points": _t("{given} of {maximum}", "{given} av {maximum}", "{given} av {maximum}",
                 "{given} av {maximum}"),
    "no_grade": _t("No grade", "Ingen karakter", "Ingen karakter", "Inget betyg"),
    "nothing": _t("Nothing received", "Ingenting mottatt", "Ingenting motteke",
                  "Inget mottaget"),
    "received": _t("Received {time}", "Mottatt {time}", "Motteke {time}", "Mottaget {time}"),
    "Initialized": _t("Not started", "Ikke begynt", "Ikkje byrja", "Inte påbörjad"),
    "Started": _t("Started", "Begynt", "Byrja", "Påbörjad"),
    "InProgress": _t("In progress", "Underveis", "Undervegs", "Pågår"),
    "Submitted": _t("Submitted", "Levert", "Levert", "Inlämnad"),
    "Completed": _t("Completed", "Fullført", "Fullført", "Slutförd"),
    "roster": _t("People", "Deltakere", "Deltakarar", "Deltagare"),
    "roster_of": _t("People: {title}", "Deltakere: {title}", "Deltakarar: {title}",
                    "Deltagare: {title}"),
    "name": _t("Name", "Navn", "Namn", "Namn"),
    "id": _t("Id", "Id", "Id", "Id"),
    "role": _t("Role in the course", "Rolle i kurset", "Rolle i kurset", "Roll i kursen"),
    "Learner": _t("Learner", "Deltaker", "Deltakar", "Deltagare"),
    "Instructor": _t("Instructor", "Lærer", "Lærar", "Lärare"),
    "course_pages": _t("Course pages", "Kurssider", "Kurssider", "Kurssidor"),
    "language": _t("Language", "Språk", "Språk", "Språk"),
    "going_on": _t("Going on to the activity", "Går videre til aktiviteten",
                   "Går vidare til aktiviteten", "Går vidare till aktiviteten"),
    "continue": _t("Continue", "Fortsett", "Hald fram", "Fortsätt"),
    "returned": _t("Back from the activity", "Tilbake fra aktiviteten",
                   "Tilbake frå aktiviteten", "Tillbaka från aktiviteten"),
    "tool_says": _t("The tool says:", "Verktøyet sier:", "Verktøyet seier:", "Verktyget säger:"),
    "choose_content": _t("Choose content", "Velg innhold", "Vel innhald", "Välj innehåll"),
    "links_added": _t("Added to the course:", "Lagt til i kurset:", "Lagt til i kurset:",
                      "Tillagt i kursen:"),
    "no_links_added": _t("Nothing was added.", "Ingenting ble lagt til.",
                         "Ingenting blei lagt til.", "Inget lades till."),
    "to_course": _t("To the course", "Til kurset", "Til kurset", "Till kursen"),
    "refused": _t("This did not work", "Dette gikk ikke", "Dette gjekk ikkje",
                  "Det här gick inte"),
    "refused_400": _t(
        "The request was not one that this LMS can answer. Go to the front page and try again.",
        "Dette LMS-et kan ikke svare på forespørselen. Gå til forsiden og prøv igjen.",
        "Dette LMS-et kan ikkje svare på førespurnaden. Gå til framsida og prøv igjen.",
        "Den här LMS:en kan inte svara på begäran. Gå till startsidan och försök igen.",
    ),
    "refused_403": _t(
        "The person you are now is not in this course.",
        "Personen du er nå, er ikke med i dette kurset.",
        "Personen du er no, er ikkje med i dette kurset.",
        "Personen du är nu är inte med i den här kursen.",
    ),
    "refused_404": _t("There is nothing at this address.", "Det er ingenting på denne adressen.",
                      "Det er ingenting på denne adressa.", "Det finns inget på den här adressen."),
    "tools": _t("Connect tools", "Koble til verktøy", "Kople til verktøy", "Anslut verktyg"),
    "tools_note": _t(
        "For the administrator of this LMS: paste the registration address of a tool.",
        "For administratoren av dette LMS-et: Lim inn registreringsadressen til et verktøy.",
        "For administratoren av dette LMS-et: Lim inn registreringsadressa til eit verktøy.",
        "För administratören av den här LMS:en: Klistra in ett verktygs registreringsadress.",
    ),
    "tool_url": _t("Registration address", "Registreringsadresse", "Registreringsadresse",
                   "Registreringsadress"),
    "tool_url_odd": _t(
        "This demo takes only addresses of the tool that it was started with.",
        "Denne demoen tar bare adresser til verktøyet den ble startet med.",
        "Denne demoen tek berre adresser til verktøyet han blei starta med.",
        "Den här demon tar bara adresser till verktyget som den startades med.",
    ),
    "register_tool": _t("Register the tool", "Registrer verktøyet", "Registrer verktøyet",
                        "Registrera verktyget"),
    "tools_frame": _t("The tool registers itself", "Verktøyet registrerer seg",
                      "Verktøyet registrerer seg", "Verktyget registrerar sig"),
    "tool_done": _t("The tool is registered.", "Verktøyet er registrert.",
                    "Verktøyet er registrert.", "Verktyget är registrerat."),
    "tools_registered": _t("Registered tools", "Registrerte verktøy", "Registrerte verktøy",
                           "Registrerade verktyg"),
    "tool_try": _t("Open it as a teacher", "Åpne det som lærer", "Opne det som lærar",
                   "Öppna det som lärare"),
    "to_front": _t("To the front page", "Til forsiden", "Til framsida", "Till startsidan"),
}  # fmt: skip


def text(language: str, key: str, **values: object) -> str:
    return TEXTS[key][language].format(**values)


def best_language(chosen: str | None, accepted: Iterable[str]) -> str:
    """`chosen` when we have it, else the first of Accept-Language that we have."""
    if chosen in LANGUAGES:
        return chosen
    for tag in accepted:
        language = _ALIASES.get(tag.lower().partition("-")[0])
        if language:
            return language
    return "en"
