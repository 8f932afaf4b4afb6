"""What a report's PDF is made of, as a grammar: what it has besides, no report has.

So there is no list of what could be hidden in a PDF (forms, layers, scripts, notes, other attachments): whatever is not
here is refused, with its place.
"""

import re
from collections import deque
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf

# Of each kind of object its keys, and for each the kind of what it leads to: nothing for plain values, the only values
# where these are given. What is in an array is of the array's kind; "*" stands for names of any sort.
KINDS: dict[str, dict[str, str | tuple[str, ...]]] = {
    "trailer": {"Root": "catalog", "Info": "information", "Size": "", "ID": ""},
    "information": dict.fromkeys(("Author", "CreationDate", "Keywords", "Producer", "Subject", "Title"), ""),
    "catalog": {
        "Type": ("/Catalog",),
        "Pages": "pages",
        "Names": "names",
        "Outlines": "outline",
        "Metadata": "metadata",
        "MarkInfo": "marks",
        "Lang": "",
        "ViewerPreferences": "preferences",
        "StructTreeRoot": "structure",
        "OutputIntents": "colours",
        "AF": "attachment",
    },
    "metadata": {"Type": ("/Metadata",), "Subtype": ("/XML",)},
    "marks": {"Marked": ""},
    "preferences": {"DisplayDocTitle": ""},
    "colours": {
        "Type": ("/OutputIntent",),
        "S": ("/GTS_PDFA1",),
        "DestOutputProfile": "space",
        "Info": "",
        "OutputConditionIdentifier": "",
    },
    "names": {"Dests": "destinations", "EmbeddedFiles": "attachments"},
    "destinations": {"Kids": "destinations", "Limits": "", "Names": "page"},
    "attachments": {"Kids": "attachments", "Limits": "", "Names": "attachment"},
    "attachment": {"Type": ("/Filespec",), "F": "", "UF": "", "Desc": "", "AFRelationship": "", "EF": "files"},
    "files": {"F": "file", "UF": "file"},
    "file": {"Type": ("/EmbeddedFile",), "Subtype": "", "Params": "dates"},
    "dates": {"CheckSum": "", "CreationDate": "", "ModDate": "", "Size": ""},
    "outline": {
        **dict.fromkeys(("First", "Last", "Next", "Prev", "Parent"), "outline"),
        "Type": ("/Outlines",),
        "Count": "",
        "Dest": "page",
        "Title": "",
    },
    "pages": {"Type": ("/Pages",), "Count": "", "Kids": "page"},
    "page": {
        "Type": ("/Page",),
        "Parent": "pages",
        "MediaBox": "",
        "BleedBox": "",
        "TrimBox": "",
        "Resources": "resources",
        "Contents": "content",
        "StructParents": "",
        "Tabs": ("/S",),
        "Annots": "link",
    },
    "content": {},
    "link": {
        "Type": ("/Annot",),
        "Subtype": ("/Link",),
        "A": "address",
        "BS": "border",
        "Contents": "",
        "Dest": "",
        "F": ("4",),
        "Rect": "",
        "StructParent": "",
    },
    "address": {"Type": ("/Action",), "S": ("/URI",), "URI": ""},
    "border": {"W": ("0",)},
    "resources": {
        "ColorSpace": "spaces",
        "ExtGState": "states",
        "Font": "fonts",
        **dict.fromkeys(("Pattern", "Shading"), "nothing"),
        "XObject": "drawings",
    },
    "nothing": {},
    "spaces": {"*": "space"},
    "space": {"N": "", "Range": "", "WhitePoint": ""},
    "states": {"*": "state"},
    "state": {"Type": ("/ExtGState",), "CA": "", "ca": ""},
    "drawings": {"*": "drawing"},
    "drawing": {
        "Type": ("/XObject",),
        "Subtype": ("/Form",),
        "BBox": "",
        "Resources": "inner resources",
    },
    "inner resources": {
        **dict.fromkeys(("Pattern", "Shading"), "nothing"),
        "ExtGState": "states",
        "Font": "fonts",
        "ProcSet": "",
        "XObject": "parts",
    },
    "parts": {"*": "part"},
    "part": {
        "Type": ("/XObject",),
        "Subtype": ("/Form", "/Image"),
        "BBox": "",
        "BitsPerComponent": "",
        "ColorSpace": "space",
        "Height": "",
        "SMask": "part",
        "Width": "",
    },
    "fonts": {"*": "font"},
    "font": {
        "Type": ("/Font",),
        "Subtype": ("/Type0", "/CIDFontType2"),
        "BaseFont": "",
        "Encoding": ("/Identity-H",),
        "DescendantFonts": "font",
        "ToUnicode": "content",
        "CIDSystemInfo": "collection",
        "CIDToGIDMap": "content",
        "DW": "",
        "FontDescriptor": "descriptor",
        "W": "",
    },
    "collection": {"Ordering": "", "Registry": "", "Supplement": ""},
    "descriptor": {
        "Type": ("/FontDescriptor",),
        "FontFile2": "glyphs",
        **dict.fromkeys(("Ascent", "AvgWidth", "CapHeight", "Descent", "Flags", "FontBBox", "FontFamily"), ""),
        **dict.fromkeys(("FontName", "ItalicAngle", "MaxWidth", "StemH", "StemV", "XHeight"), ""),
    },
    "glyphs": {"Length1": ""},
    "structure": {"Type": ("/StructTreeRoot",), "K": "element", "ParentTree": "elements"},
    "elements": {"Kids": "elements", "Limits": "", "Nums": "element"},
    "element": {
        "Type": ("/StructElem", "/OBJR", "/StructTreeRoot"),
        "S": "",
        "P": "element",
        "Pg": "page",
        "K": "element",
        "A": "attributes",
        "Alt": "",
        "Obj": "link",
        "ParentTree": "elements",
    },
    "attributes": {"BBox": "", "O": "", "Scope": ""},
}
STREAM = {"Length": "", "Filter": "", "DecodeParms": "packing"}  # of whatever holds bytes
KINDS["packing"] = dict.fromkeys(("BitsPerComponent", "Colors", "Columns", "Predictor"), "")
END = re.compile(rb"\nstartxref\n\d+\n%%EOF\n\Z")


def faults(pdf: bytes) -> Iterator[str]:
    """What is in a PDF that no report has, each with its place."""
    if pdf.count(b"\nstartxref") > 1 or not END.search(pdf[-64:]):
        yield "something was added behind its end"
    with pikepdf.open(BytesIO(pdf)) as document:
        seen: set[tuple[int, int]] = set()
        for place, fault in walk(document.trailer, seen):
            yield f"{where(place)}: {fault}"
        for thing in document.objects:
            if isinstance(thing, pikepdf.Object) and thing.objgen not in seen and thing.is_indirect:
                yield f"object {thing.objgen[0]}: nothing leads to it"


def walk(trailer: Any, seen: set[tuple[int, int]]) -> Iterator[tuple[str, str]]:
    """What does not keep to the grammar, with its way from the root; `seen` is told all that is there."""
    left: deque[tuple[str, Any, str]] = deque([("", trailer, "trailer")])
    known: set[tuple[tuple[int, int], str]] = set()
    while left:  # nearest first, so that a page is found as one, and not behind a link to it
        place, value, kind = left.popleft()
        if isinstance(value, pikepdf.Object) and value.is_indirect:
            seen.add(value.objgen)
            if (value.objgen, kind) in known:
                continue
            known.add((value.objgen, kind))
        if isinstance(value, pikepdf.Array):
            left.extend((f"{place}[{number}]", item, kind) for number, item in enumerate(value))
        elif isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
            if not kind:
                yield place, "leads to what no report has"
                continue
            keys = KINDS[kind] | (STREAM if isinstance(value, pikepdf.Stream) else {})
            for key in value.keys():  # noqa: SIM118 (a Stream is no iterable)
                inner, way = keys.get(key[1:], keys.get("*")), f"{place}{key}"
                if inner is None:
                    yield way, "no report has that"
                elif isinstance(inner, tuple):
                    if str(value[key]) not in inner:
                        yield way, f"is {str(value[key])[:40]!r}, in a report {' or '.join(inner)}"
                else:
                    left.append((way, value[key], inner))


def where(place: str) -> str:
    """The page, and the way from there, or the way from the root."""
    page = re.match(r"/Root/Pages/Kids\[(\d+)\]", place)
    return f"page {int(page[1]) + 1}{place[page.end() :]}" if page else place
