"""Common Cartridge 1.3, the same in 1.1 (Moodle takes no newer), and thin: links to our tool only.
https://www.imsglobal.org/cc/index.html"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from msgspec import Struct

from content.export import qti12
from content.export.pages import Place, intro_body, note_work_lost, page, places, step_body
from content.export.quizzes import Quiz, asked_in
from content.export.source import Exported, Losses, Source
from content.export.xml import add, written
from content.export.zips import zipped

_MEDIA = "$IMS-CC-FILEBASE$/"  # an importer puts its own folder there
_LTI = "http://www.imsglobal.org/xsd/imslticc_v1p3"
_BASIC_LTI = "http://www.imsglobal.org/xsd/imsbasiclti_v1p0"
_PROPERTIES = "http://www.imsglobal.org/xsd/imslticm_v1p0"
_CUSTOM = "http://www.imsglobal.org/xsd/imslticp_v1p0"


class Version(Struct, frozen=True):
    number: str  # as the manifest says it
    spaces: str  # part of the names of its XML namespaces
    link: str  # the type of a link to a tool
    quiz: str

    @property
    def manifest(self) -> str:
        return f"http://www.imsglobal.org/xsd/{self.spaces}/imscp_v1p1"

    @property
    def lom(self) -> str:
        return f"http://ltsc.ieee.org/xsd/{self.spaces}/LOM/manifest"


_QUIZ = "imsqti_xmlv1p2/imscc_xmlv1p{}/assessment"
CC_1_3 = Version("1.3.0", "imsccv1p3", "imsbasiclti_xmlv1p3", _QUIZ.format(3))
CC_1_1 = Version("1.1.0", "imsccv1p1", "imsbasiclti_xmlv1p0", _QUIZ.format(1))


def common_cartridge(source: Source) -> Exported:
    return _Cartridge(source, CC_1_3).made(_Cartridge.add_step)


def common_cartridge_1_1(source: Source) -> Exported:
    return _Cartridge(source, CC_1_1).made(_Cartridge.add_step)


def thin_cartridge(source: Source) -> Exported:
    return _Cartridge(source, CC_1_3, is_thin=True).made(_Cartridge.add_link)


@dataclass(slots=True)
class _Cartridge:
    source: Source
    version: Version
    is_thin: bool = False
    files: dict[str, bytes] = field(default_factory=dict)
    losses: Losses = field(default_factory=Losses)
    resources: Element = field(default_factory=lambda: Element("resources"))

    def made(self, add_place: Callable[[_Cartridge, Element, Place], None]) -> Exported:
        source, version = self.source, self.version
        names = {"xmlns": version.manifest, "xmlns:lom": version.lom}
        manifest = Element("manifest", {**names, "identifier": f"m-{source.track.id}"})
        self.add_metadata(manifest)
        organizations = add(manifest, "organizations")
        kind = {"identifier": "organization", "structure": "rooted-hierarchy"}
        root = add(add(organizations, "organization", attributes=kind), "item")
        root.set("identifier", "root")
        if not self.is_thin:
            self.add_intro(root)
            self.files |= source.media
            for path in source.media:
                self.add_resource(f"f-{path.replace('/', '-')}", "webcontent", path)
        self.add_places(root, add_place)
        manifest.append(self.resources)
        self.files["imsmanifest.xml"] = written(manifest)
        data = zipped(self.files, first="imsmanifest.xml")
        return Exported(data, tuple(self.losses.found))

    def add_metadata(self, manifest: Element) -> None:
        metadata = add(manifest, "metadata")
        schema = "IMS Thin Common Cartridge" if self.is_thin else "IMS Common Cartridge"
        add(metadata, "schema", schema)
        add(metadata, "schemaversion", self.version.number)
        lom = add(metadata, "lom:lom")
        general = add(lom, "lom:general")
        text = self.source.track.texts[self.source.language]
        language = {"language": self.source.language}
        add(add(general, "lom:title"), "lom:string", text.title, language)
        add(general, "lom:language", self.source.language)
        add(add(general, "lom:description"), "lom:string", text.summary, language)
        rights = add(lom, "lom:rights")
        add(add(rights, "lom:copyrightAndOtherRestrictions"), "lom:value", "yes")
        add(add(rights, "lom:description"), "lom:string", self.source.track.licence)

    def add_places(
        self, root: Element, add_place: Callable[[_Cartridge, Element, Place], None]
    ) -> None:
        """A folder a module, in it a folder a phase."""
        folders: dict[str, Element] = {}
        for place in places(self.source):
            module, section = place.module, place.section
            top = folders.get(module.id)
            if top is None:
                title = module.texts[self.source.language].title
                top = folders[module.id] = self.folder(root, f"i-{module.id}", title)
            name = f"i-{module.id}.{section.phase}"
            inner = folders.get(name)
            if inner is None:
                title = section.texts[self.source.language]
                inner = folders[name] = self.folder(top, name, title)
            add_place(self, inner, place)

    def folder(self, parent: Element, identifier: str, title: str) -> Element:
        item = add(parent, "item", attributes={"identifier": identifier})
        add(item, "title", title)
        return item

    def add_intro(self, root: Element) -> None:
        title = self.source.track.texts[self.source.language].title
        body = intro_body(self.source, self.media_url)
        self.files["pages/index.html"] = page(self.source.language, title, body)
        self.add_item(root, "index", title)
        self.add_resource("r-index", "webcontent", "pages/index.html")

    def media_url(self, path: str) -> str:
        return f"{_MEDIA}{path}"

    def add_item(self, parent: Element, name: str, title: str) -> None:
        kind = {"identifier": f"i-{name}", "identifierref": f"r-{name}"}
        add(add(parent, "item", attributes=kind), "title", title)

    def add_resource(self, identifier: str, kind: str, path: str) -> None:
        names = {"identifier": identifier, "type": kind}
        if kind == "webcontent":
            names["href"] = path
        resource = add(self.resources, "resource", attributes=names)
        add(resource, "file", attributes={"href": path})

    def add_step(self, parent: Element, place: Place) -> None:
        source, text = self.source, place.step.texts[self.source.language]
        note_work_lost(source, place, self.losses, qti12.FORMS)
        question = asked_in(qti12.FORMS, place.step, source.language)
        if question is not None:
            quiz = Quiz(place.module, place.step, question, source.language)
            # alone in its folder: what lies beside it would be its own, as the profile has it
            path, kind = f"quizzes/{place.id}/quiz.xml", self.version.quiz
            self.files[path] = qti12.assessment(
                place.id, text.title, [quiz], self.media_url, self.losses
            )
        else:
            path, kind = f"pages/{place.id}.html", "webcontent"
            body = step_body(source, place.step, self.media_url, qti12.FORMS)
            self.files[path] = page(source.language, text.title, body)
        self.add_item(parent, place.id, text.title)
        self.add_resource(f"r-{place.id}", kind, path)

    def add_link(self, parent: Element, place: Place) -> None:
        title = place.step.texts[self.source.language].title
        path = f"links/{place.id}/link.xml"
        self.files[path] = self.link(place, title)
        self.add_item(parent, place.id, title)
        self.add_resource(f"r-{place.id}", self.version.link, path)

    def link(self, place: Place, title: str) -> bytes:
        """By the durable address, without a version: the link is to last."""
        source = self.source
        address = f"{source.publisher.id}/{source.track.id}/{place.module.id}#{place.step.id}"
        spaces = {"xmlns": _LTI, "xmlns:blti": _BASIC_LTI}
        root = Element(
            "cartridge_basiclti_link",
            {**spaces, "xmlns:lticm": _PROPERTIES, "xmlns:lticp": _CUSTOM},
        )
        add(root, "blti:title", title)
        custom = add(root, "blti:custom")
        add(custom, "lticm:property", address, {"name": "resource"})
        url = f"{source.tool_url}/lti/launch"
        add(root, "blti:launch_url" if url.startswith("http:") else "blti:secure_launch_url", url)
        vendor = add(root, "blti:vendor")
        add(vendor, "lticp:code", source.publisher.id)
        add(vendor, "lticp:name", source.publisher.name)
        return written(root)
