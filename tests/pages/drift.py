"""Our pages as a publisher might change them, by machine: renamed, removed, emptied, reordered, cut, translated.

A change is of the publisher's form, so it is made on every page of a run that has it. What is changed is chosen by the
digest of its name: the same on every machine, and spread over the page.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag
from lxml import etree

KINDS = ("removed", "renamed", "reordered", "emptied", "truncated", "translated", "walled")
WALL = b"""<!DOCTYPE html><html lang="en"><head><title>Just a moment...</title></head><body>
<h1>Checking your browser</h1><p>Enable JavaScript and cookies to continue.</p>
<script src="/cdn-cgi/challenge-platform/orchestrate"></script></body></html>"""
_ATTRIBUTES = ("class", "itemprop", "id", "data-index")
_PROSE = re.compile(r"[A-Za-z]*[a-z]{3,}")

Change = Callable[[bytes], bytes]


def changes(kind: str, bodies: list[bytes]) -> Iterator[tuple[str, Change]]:
    """What can be changed in these bodies in this way: what it is called and how it is done, in the chosen order."""
    if kind == "truncated":
        for share in (5, 3, 7, 2):
            yield f"after {share} eighths", partial(_cut, share)
        return
    if kind == "walled":
        yield "every answer", lambda _: WALL
        return
    names: dict[str, Change] = {}
    for body in bodies:
        names |= _changes_of(kind, body)
    yield from sorted(names.items(), key=lambda item: hashlib.sha256(f"{kind} {item[0]}".encode()).digest())


def _cut(eighths: int, body: bytes) -> bytes:
    return body[: len(body) * eighths // 8]


def drifted(folder: Path, target: Path, change: Change) -> None:
    """A copy of a folder of pages, changed; a body in which there is nothing to change stays as it is."""
    shutil.copytree(folder, target)
    for name in json.loads((folder / "index.json").read_text("utf-8")):
        if (folder / name).is_file():
            (target / name).write_bytes(change((folder / name).read_bytes()))


def _changes_of(kind: str, body: bytes) -> dict[str, Change]:
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            inner = [archive.read(name) for name in archive.namelist() if name.endswith(".xml")]
        return {name: _in_archive(change) for each in inner for name, change in _changes_of(kind, each).items()}
    if body.lstrip()[:1] in (b"{", b"["):
        return _json_changes(kind, body)
    if b"<html" in body[:500].lower():
        return _html_changes(kind, body)
    return _xml_changes(kind, body)


def _in_archive(change: Change) -> Change:
    def changed(body: bytes) -> bytes:
        if not body.startswith(b"PK"):
            return body
        packed = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(body)) as archive, zipfile.ZipFile(packed, "w") as new:
            for name in archive.namelist():
                new.writestr(zipfile.ZipInfo(name), change(archive.read(name)))
        return packed.getvalue()

    return changed


# HTML


def _html_changes(kind: str, body: bytes) -> dict[str, Change]:
    if kind == "translated":
        return {"the language of the page": _translate_html}
    soup = BeautifulSoup(body, "lxml")
    signs = {
        (attribute, value)
        for tag in soup.find_all(True)
        for attribute in _ATTRIBUTES
        for value in _values(tag, attribute)
    }
    return {f"{attribute}={value}": _html_change(kind, attribute, value) for attribute, value in signs}


def _values(tag: Tag, attribute: str) -> list[str]:
    value = tag.get(attribute)
    return [] if value is None else [str(each) for each in value] if isinstance(value, list) else [str(value)]


def _html_change(kind: str, attribute: str, value: str) -> Change:
    def changed(body: bytes) -> bytes:
        if b"<html" not in body[:500].lower():
            return body
        soup = BeautifulSoup(body, "lxml")
        for tag in soup.find_all(True):
            if tag.decomposed or value not in _values(tag, attribute):
                continue
            match kind:
                case "removed":
                    tag.decompose()
                case "renamed":
                    del tag[attribute]
                    tag[f"data-{attribute}-new"] = value
                case "emptied":
                    tag.clear()
                    if attribute == "data-index":
                        tag[attribute] = ""
                case "reordered":
                    children = [each.extract() for each in tag.find_all(True, recursive=False)]
                    tag.extend(reversed(children))
        return str(soup).encode()

    return changed


def _translate_html(body: bytes) -> bytes:
    """Other words for all prose, in attributes too; numbers, references and the form of the page stay."""
    soup = BeautifulSoup(body, "lxml")
    if soup.html is None:
        return body
    soup.html["lang"] = "eo"
    for text in soup.find_all(string=True):
        if type(text).__name__ == "NavigableString":
            text.replace_with(_translated(str(text)))
    for tag in soup.select("[data-index]"):
        tag["data-index"] = _translated(str(tag["data-index"]))
    return str(soup).encode()


def _translated(text: str) -> str:
    return _PROSE.sub(lambda word: word[0][::-1].capitalize() + "oj", text)


# XML


def _xml_changes(kind: str, body: bytes) -> dict[str, Change]:
    if kind == "translated":
        return {"every name": _xml_change(kind, "")}
    elements = [each for document in _documents(body) for each in etree.fromstring(document).iter("*")]
    tags = {etree.QName(each).localname for each in elements}
    found: dict[str, Change] = {f"<{tag}>": _xml_change(kind, tag) for tag in tags}
    if kind in ("removed", "renamed", "emptied"):
        attributes = {(etree.QName(each).localname, str(name)) for each in elements for name in each.attrib}
        found |= {f"<{tag} {name}>": _attribute_change(kind, tag, name) for tag, name in attributes}
    return found


def _documents(body: bytes) -> list[bytes]:
    """The documents of a file that may hold several, one after the other."""
    return [each for each in re.split(rb"(?=<\?xml )", body) if each.strip()]


def _on_roots(edit: Callable[[etree._Element], None]) -> Change:
    def changed(body: bytes) -> bytes:
        if body.lstrip()[:1] != b"<" or b"<html" in body[:500].lower():
            return body
        roots = [etree.fromstring(document) for document in _documents(body)]
        for root in roots:
            edit(root)
        return b"\n".join(etree.tostring(root, xml_declaration=True, encoding="UTF-8") for root in roots)

    return changed


def _xml_change(kind: str, name: str) -> Change:
    def edit(root: etree._Element) -> None:
        for each in list(root.iter("*")):
            local = etree.QName(each).localname
            if kind == "translated":
                each.tag = str(each.tag).replace(local, f"x{local[::-1]}oj")
            if local != name:
                continue
            parent = each.getparent()
            match kind:
                case "removed" if parent is not None:
                    parent.remove(each)
                case "renamed":
                    each.tag = str(each.tag).replace(local, f"new-{local}")
                case "emptied":
                    each[:], each.text = [], None
                case "reordered":
                    each[:] = list(reversed(each))

    return _on_roots(edit)


def _attribute_change(kind: str, tag: str, name: str) -> Change:
    def edit(root: etree._Element) -> None:
        for each in root.iter(f"{{*}}{tag}"):
            if name in each.attrib:
                value = each.attrib.pop(name)
                if kind == "renamed":
                    each.set("new-name", value)
                elif kind == "emptied":
                    each.set(name, "")

    return _on_roots(edit)


# JSON, one value or one a line


def _json_changes(kind: str, body: bytes) -> dict[str, Change]:
    if kind == "translated":
        return {"every key": _json_change(kind, "")}
    keys: set[str] = set()
    for value in _json_values(body) or ():
        _collect(value, keys)
    return {f'"{key}"': _json_change(kind, key) for key in keys}


def _json_values(body: bytes) -> list[Any] | None:
    try:
        return [json.loads(body)]
    except ValueError:
        pass
    try:
        return [json.loads(line) for line in body.splitlines() if line.strip()]
    except ValueError:
        return None


def _collect(value: Any, keys: set[str]) -> None:
    if isinstance(value, dict):
        keys.update(value)
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _collect(each, keys)


def _json_change(kind: str, key: str) -> Change:
    def changed(body: bytes) -> bytes:
        values = _json_values(body) if body.lstrip()[:1] in (b"{", b"[") else None
        if values is None:
            return body
        return b"\n".join(json.dumps(_json_changed(kind, key, each)).encode() for each in values) + b"\n"

    return changed


def _json_changed(kind: str, key: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_json_changed(kind, key, each) for each in value]
    if not isinstance(value, dict):
        return value
    if kind == "translated":
        return {f"{name[::-1]}oj": _json_changed(kind, key, each) for name, each in value.items()}
    found = {}
    for name, each in value.items():
        inner = _json_changed(kind, key, each)
        if name != key:
            found[name] = inner
        elif kind == "renamed":
            found[f"new_{name}"] = inner
        elif kind == "emptied":
            found[name] = type(each)() if isinstance(each, (str, list, dict)) else None
        elif kind == "reordered":
            found[name] = inner[::-1] if isinstance(inner, list) else inner
    return dict(reversed(found.items())) if kind == "reordered" else found
