from datetime import datetime


def number_text(value: float, language: str) -> str:
    """Without needless zeros; nb, nn and sv write a decimal comma."""
    plain = f"{value:.2f}".rstrip("0").rstrip(".")
    return plain if language == "en" else plain.replace(".", ",")


def time_text(moment: datetime, language: str) -> str:
    """In this machine's time zone: the demo LMS runs where its user sits."""
    local = moment.astimezone()
    if language == "sv":
        return f"{local:%Y-%m-%d %H:%M}"
    if language == "en":
        return f"{local.day} {local:%b %Y %H:%M}"
    return f"{local.day}.{local.month}.{local.year} {local:%H:%M}"
