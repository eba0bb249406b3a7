"""Templates with their texts in them: compiled once for each language.

Looking up a dozen texts took a third of the time of drawing a page. A text that stands in a
template as it is becomes part of the compiled template; one in a variable is looked up as ever.
"""

from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from typing import Any

from flask.templating import Environment
from jinja2 import Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from tracks import i18n
from tracks.web.requests import language


class _Translation(NodeTransformer):
    """Replaces `_("text")` by the text, and `{% trans %}` with values by their filling in."""

    def __init__(self, texts: "_Texts") -> None:
        self._texts = texts

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802  # Jinja's name
        self.generic_visit(node)
        match node:
            case nodes.Call(
                node=nodes.Name(name="_" | "gettext"),
                args=[nodes.Const(value=str(text))],
                dyn_args=None,
                dyn_kwargs=None,
            ):
                found = Markup(self._texts.find(text))  # noqa: S704  # ours, from a catalogue
                if not node.kwargs:
                    return nodes.Const(found % {}, lineno=node.lineno)
                values = [nodes.Pair(nodes.Const(k.key), k.value) for k in node.kwargs]
                return nodes.Mod(nodes.Const(found), nodes.Dict(values), lineno=node.lineno)
        return node


class _Texts:
    """What templates of one language say. Texts are HTML; the values filled in are escaped."""

    def __init__(self, language: str) -> None:
        translations = i18n.translations(language)
        self.find = translations.gettext
        self._find_plural = translations.ngettext

        # Ours, so there are not many: names of phases, titles of error pages.
        self._plain = lru_cache(maxsize=2000)(self._fill)

    def gettext(self, text: str, **values: object) -> Markup:
        return self._fill(text, **values) if values else self._plain(text)

    def _fill(self, text: str, **values: object) -> Markup:
        return Markup(self.find(text)) % values  # noqa: S704  # ours, from a catalogue

    def ngettext(self, one: str, many: str, count: int, /, **values: object) -> Markup:
        found = Markup(self._find_plural(one, many, count))  # noqa: S704  # ours, from a catalogue
        return found % {"num": count, **values}


class _Compiler(CodeGenerator):
    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802  # Jinja's name
        environment = self.environment
        if isinstance(environment, Templates) and environment.texts is not None:
            node = _Translation(environment.texts).visit(node)
        super().visit_Template(node, frame)


class Templates(Environment):
    """Flask's environment; a page is drawn by the one of the reader's language."""

    code_generator_class = _Compiler
    texts: _Texts | None = None
    _drawn: dict[str, Template]  # of one language, by name
    _by_language: Mapping[str, "Templates"] = {}

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002  # Jinja's name
    ) -> Template:
        if self.texts is None:
            return self._in(language()).get_template(name, parent, globals)
        # A page asks for five, and Jinja looks for each behind a lock.
        found = self._drawn.get(name) if isinstance(name, str) and not globals else None
        if found is None or self.auto_reload:
            found = super().get_template(name, parent, globals)
            self._drawn[found.name or ""] = found
        return found

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        # Jinja's chain of d and ours is searched name by name at each import of a macro.
        return super().make_globals(d) if d else self.globals

    def _in(self, language: str) -> "Templates":
        found = self._by_language.get(language)
        if found is None:
            found = self.overlay()
            found.texts = texts = _Texts(language)
            found._drawn = {}
            found.globals = {
                **self.globals,
                "lang": language,
                "languages": i18n.LANGUAGES,
                "_": texts.gettext,
                "gettext": texts.gettext,
                "ngettext": texts.ngettext,
            }
            self._by_language = {**self._by_language, language: found}
        return found
