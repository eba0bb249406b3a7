"""Pyslet reads Common Cartridges and runs its own tests of the profile on them; the package lti
reads the links in them. Pyslet knows the profile up to 1.1; what 1.3 changed of a manifest is the
name of its namespace alone."""

import importlib.util
import io
import types
import unittest
from pathlib import Path
from typing import Any

from pyslet import imscc_profilev1p1
from pyslet.imscc_profilev1p0 import CCTestSuite
from pyslet.xml.structures import Element
from reading import answer

from lti import ToolConfig

_NAMESPACE = imscc_profilev1p1.IMSCC_CP_NAMESPACE


def _profile(number: str) -> types.ModuleType:
    """Its classes are made for one namespace: the same ones, for another."""
    spec = importlib.util.find_spec(imscc_profilev1p1.__name__)
    assert spec is not None
    assert spec.origin is not None
    made = types.ModuleType(f"{spec.name}_for_{number}")
    made.__package__ = "pyslet"
    text = Path(spec.origin).read_text("utf-8")
    assert text.count(f'"{_NAMESPACE}"') == 1
    text = text.replace(_NAMESPACE, _NAMESPACE.replace("imsccv1p1", f"imsccv1p{number}"))
    exec(compile(text, spec.origin, "exec"), made.__dict__)
    return made


_PROFILES = {number: _profile(number) for number in ("1", "3")}


def _tree(item: Element) -> list[Any]:
    """title, what it leads to, and what is in it."""
    children = list(item.get_children())
    titles = [child.get_value() for child in children if child.xmlname == "title"]
    named = {key[1]: value for key, value in item.get_attributes().items()}
    inner = [_tree(child) for child in children if child.xmlname == "item"]
    return ["".join(titles), named.get("identifierref"), inner]


def _link(data: bytes) -> dict[str, Any]:
    told = ToolConfig.create_from_xml(data)
    return {
        "title": told.title,
        "url": told.launch_url or told.secure_launch_url,
        "custom": dict(told.custom_params),
        "vendor": [told.vendor_code, told.vendor_name],
    }


def _read(path: str, number: str) -> dict[str, Any]:
    cartridge = _PROFILES[number].CommonCartridge(path)
    package = cartridge.cp
    manifest = package.manifest.root
    (organization,) = manifest.Organizations.Organization
    result = unittest.TextTestRunner(io.StringIO()).run(CCTestSuite(cartridge))
    files = {str(name): len(named) for name, named in package.fileTable.items()}
    there = {name for name in files if Path(str(package.dPath), name).is_file()}
    resources = {
        each.id: {"type": each.type, "files": [str(f.package_path(package)) for f in each.File]}
        for each in manifest.Resources.Resource
    }
    links = [
        name
        for each in resources.values()
        if each["type"].startswith("imsbasiclti")
        for name in each["files"]
    ]
    found = {
        "schema": [
            manifest.Metadata.Schema.get_value(),
            manifest.Metadata.SchemaVersion.get_value(),
        ],
        "tree": [_tree(item)[2] for item in organization.get_children()],
        "resources": resources,
        "missing": sorted(set(files) - there),
        "unnamed": sorted(name for name, count in files.items() if not count),
        "tests": result.testsRun,
        "faults": [f"{test.id()}: {said}" for test, said in result.failures + result.errors],
        "links": {
            name: _link(Path(str(package.dPath), name).read_bytes())
            for name in links
            if name in there
        },
    }
    package.close()
    return found


def _cartridges(asked: list[tuple[str, str]]) -> list[dict[str, Any]]:
    return [_read(path, number) for path, number in asked]


answer(_cartridges)
