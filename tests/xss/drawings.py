"""Drawings as attackers send them: each would run, fetch or lead somewhere if it were shown as it
is. `{}` is where a payload stands in the generated ones."""

# ruff: noqa: E501  # one attack a line

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from tests.xss.payloads import payloads

_NS = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
_HEAD = f'<svg {_NS} width="40" height="40" viewBox="0 0 40 40">'
_AWAY = "http://away.test/x"


def _in(body: str) -> str:
    return f'{_HEAD}<rect width="20" height="20" fill="teal"/>{body}</svg>'


RUNNING = (
    f'<svg {_NS} onload="alert(1)"><rect width="9" height="9"/></svg>',
    _in("<script>alert(1)</script>"),
    _in("<script><![CDATA[alert(1)]]></script>"),
    _in('<script xlink:href="data:text/javascript,alert(1)"/>'),
    _in('<script href="data:text/javascript,alert(1)"/>'),
    _in('<x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(1)</x:script>'),
    _in(
        '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml" onload="alert(1)"/></foreignObject>'
    ),
    _in(
        '<foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" srcdoc="&lt;script&gt;parent.alert(1)&lt;/script&gt;"/></foreignObject>'
    ),
    _in(
        '<foreignObject><img xmlns="http://www.w3.org/1999/xhtml" src="x" onerror="alert(1)"/></foreignObject>'
    ),
    _in('<image href="x" onerror="alert(1)"/>'),
    _in('<animate attributeName="x" dur="1ms" onbegin="alert(1)"/>'),
    _in('<set attributeName="x" to="1" onbegin="alert(1)"/>'),
    _in('<g onmouseover="alert(1)"><rect width="40" height="40"/></g>'),
    _in('<text onclick="alert(1)">k</text>'),
    f'<!DOCTYPE svg [<!ATTLIST svg onload CDATA "alert(1)">]>{_in("")}',
    f'<!DOCTYPE svg [<!ENTITY a "&#60;script&#62;alert(1)&#60;/script&#62;">]>{_in("&a;")}',
    f'<?xml-stylesheet type="text/xsl" href="data:text/xml,{escape("<x/>")}"?>{_in("<script>alert(1)</script>")}',
    _in("<title><script>alert(1)</script></title>"),
    _in('<desc><x:img xmlns:x="http://www.w3.org/1999/xhtml" src="x" onerror="alert(1)"/></desc>'),
    _in('<switch><g requiredFeatures="x"/><script>alert(1)</script></switch>'),
    _in('<a href="#"><script>alert(1)</script></a>'),
    _in(
        '<handler xmlns:ev="http://www.w3.org/2001/xml-events" ev:event="load">alert(1)</handler><script>alert(1)</script>'
    ),
)
FETCHING = (
    _in(f'<image width="9" height="9" href="{_AWAY}"/>'),
    _in(f'<image width="9" height="9" xlink:href="{_AWAY}"/>'),
    _in(f'<use href="{_AWAY}#a"/>'),
    _in(f'<style>@import url("{_AWAY}");</style>'),
    _in(f'<style>rect {{ fill: url("{_AWAY}#a") }}</style>'),
    _in(f'<rect width="9" height="9" style="background: url({_AWAY}); fill: url({_AWAY}#a)"/>'),
    _in(f'<rect width="9" height="9" style="fill:u\\72l({_AWAY}#a)"/>'),
    _in(f'<rect width="9" height="9" fill="url({_AWAY}#a)"/>'),
    _in(f'<rect width="9" height="9" fill="url( &quot;{_AWAY}#a&quot; )"/>'),
    _in(f'<rect width="9" height="9" filter="url({_AWAY}#a)"/>'),
    _in(f'<rect width="9" height="9" clip-path="url(//away.test/x#a)" mask="url({_AWAY}#a)"/>'),
    _in(f'<line x2="9" y2="9" stroke="red" marker-end="url({_AWAY}#a)"/>'),
    _in(
        f'<filter id="f"><feImage href="{_AWAY}"/></filter><rect width="9" height="9" filter="url(#f)"/>'
    ),
    _in(f'<text style="font-family: x; src: url({_AWAY})">k</text>'),
    _in(f'<linearGradient id="g" href="{_AWAY}#a"/><rect width="9" height="9" fill="url(#g)"/>'),
    _in(f'<a href="{_AWAY}"><rect width="40" height="40"/></a>'),
    _in('<a href="javascript:alert(1)"><rect width="40" height="40"/></a>'),
    _in('<a xlink:href="javascript:alert(1)"><rect width="40" height="40"/></a>'),
    _in(
        '<a><rect width="9" height="9"/><animate attributeName="href" values="javascript:alert(1)"/></a>'
    ),
    f'<!DOCTYPE svg SYSTEM "{_AWAY}">{_in("")}',
    f'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>{_in("<text>&a;</text>")}',
    f'<!DOCTYPE svg [<!ENTITY % a SYSTEM "{_AWAY}"> %a;]>{_in("")}',
    f'<?xml-stylesheet href="{_AWAY}"?>{_in("")}',
    f'<svg {_NS} xml:base="http://away.test/"><image width="9" height="9" href="x"/></svg>',
    _in(
        f'<foreignObject><object xmlns="http://www.w3.org/1999/xhtml" data="{_AWAY}"/></foreignObject>'
    ),
    _in(f'<audio xmlns="http://www.w3.org/1999/xhtml" src="{_AWAY}" autoplay=""/>'),
    _in(f'<g style="cursor: url({_AWAY})" cursor="url({_AWAY})"/>'),
)
GROWING = (
    _in("".join(f'<g id="a{n + 1}"><use href="#a{n}"/><use href="#a{n}"/></g>' for n in range(40))),
    _in('<g id="a"><use href="#a"/></g>'),
    _in('<g id="a">' + "<rect/>" * 500 + "</g>" + '<use href="#a"/>' * 500),
    "<!DOCTYPE svg [<!ENTITY a '" + "x" * 20 + "'>"
    + "".join(f"<!ENTITY a{n} '{'&a;' * 10}'>" for n in range(9)) + f"]>{_in('<text>&a8;</text>')}",
    f"{_HEAD}{'<g>' * 5000}{'</g>' * 5000}</svg>",
    _in("<rect/>" * 25_000),
    _in("".join(
        f'<pattern id="p{n + 1}" width="1" height="1"><rect width="9" height="9" fill="url(#p{n})"/></pattern>'
        for n in range(30)
    )),
)  # fmt: skip


def made() -> list[str]:
    """The payloads of the texts, in every place of a drawing where words may stand."""
    found = []
    for each in payloads():
        text, value = escape(each), quoteattr(each)
        found.append(
            _in(
                f"<title>{text}</title><text x={value} style={value} class={value}>{text}</text>"
                f"<use href={value}/><rect fill={value} id={value} aria-label={value}/>"
            )
        )
        found.append(_in(each))
    return found
