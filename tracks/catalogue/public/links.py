"""How others are led to a public page: link, QR code, what is pasted into an LMS. Pure."""

from msgspec import Struct

from tracks.catalogue.rules import Address, link_path, public_path


class Links(Struct, frozen=True):
    url: str
    qr_code: str  # a picture as a data: address
    lti_target: str  # for LMSs that ask for the address of a link
    lti_launch: str  # for those that know one address of a tool, with the parameter below
    lti_parameter: str


def links_to(address: Address, base_url: str) -> Links:
    url = base_url + public_path(address)
    return Links(
        url=url,
        qr_code=qr_code(url),
        lti_target=base_url + link_path(address),
        lti_launch=f"{base_url}/lti/launch",
        lti_parameter=f"resource={address}",
    )


def qr_code(url: str) -> str:
    """Black on white also where the page is dark: cameras expect it. Survives a bad print."""
    import segno  # brings what writes XML: 1 MB, for pages that few ask for

    made = segno.make(url, error="m", micro=False)
    return str(made.svg_data_uri(scale=4, border=4, dark="#000", light="#fff"))
