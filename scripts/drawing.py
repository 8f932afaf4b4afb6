"""Matplotlib's SVG with fewer elements, which WeasyPrint draws one by one: the same picture in half the time."""

import re
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
DEFS, GROUP, METADATA, PATH, STYLE, USE = (
    f"{{{SVG}}}{tag}" for tag in ("defs", "g", "metadata", "path", "style", "use")
)
HREF = f"{{{XLINK}}}href"
ALL = "*{stroke-linejoin: round; stroke-linecap: butt}"  # Matplotlib's style sheet
ROUND = re.compile(r"M 0 (\S+) (?:C [^CMLz]*){8}z")
LONG = re.compile(r"(\.\d\d\d)\d+")  # thousandths of a point are enough
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")

ElementTree.register_namespace("", SVG)
ElementTree.register_namespace("xlink", XLINK)


def simplify(path: str | Path) -> None:
    """Rewrite an SVG by Matplotlib: a path for all letters of a text, and for all dots of a kind; no bare groups."""
    keeper = ElementTree.XMLParser(target=ElementTree.TreeBuilder(insert_comments=True))  # they say what texts say
    tree = ElementTree.parse(path, keeper)
    root = tree.getroot()
    for element in root.iter(PATH):
        element.set("d", LONG.sub(r"\1", element.get("d", "")))
    shapes = {element.attrib["id"]: element for element in root.iter(PATH) if "id" in element.attrib}
    for group in list(root.iter(GROUP)):
        uses = [child for child in group if child.tag == USE]
        if uses and all(child.tag in (USE, DEFS) for child in group):
            if all("x" not in use.attrib for use in uses):
                replace(group, uses, letters(uses, shapes))
            elif len({(use.get(HREF), use.get("style")) for use in uses}) == 1:
                replace(group, uses, dots(uses, shapes[uses[0].attrib[HREF][1:]]))
    sheet = root.find(f"{DEFS}/{STYLE}")
    if sheet is not None and sheet.text == ALL:
        root.set("style", ALL[2:-1])
        sheet.text = None
    used = set(re.findall(r"(?:#)([\w-]+)", ElementTree.tostring(root, encoding="unicode")))
    tidy(root, used)
    tree.write(path, encoding="utf-8", xml_declaration=True)


def letters(uses: list[Element], shapes: dict[str, Element]) -> Element | None:
    """The outlines of all letters, each moved to its place."""
    drawn = []
    for use in uses:
        shape = shapes[use.attrib[HREF][1:]]
        x, y, scale = 0.0, 0.0, 1.0
        for transform in (use.get("transform", ""), shape.get("transform", "")):
            for kind, numbers in re.findall(r"(\w+)\(([^)]*)\)", transform):
                values = [float(number) for number in numbers.split()]
                if kind == "scale" and len(values) == 1:
                    scale *= values[0]
                elif kind == "translate" and len(values) == 2:
                    x, y = x + scale * values[0], y + scale * values[1]
                else:
                    return None
        drawn.append(moved(shape.get("d", ""), x, y, scale))
    return Element(PATH, d=" ".join(filter(None, drawn)))


def moved(d: str, x: float, y: float, scale: float) -> str:
    """A path of absolute commands with pairs of coordinates, scaled and then moved, in thousandths of an em."""
    starts = [x, y]
    count = 0

    def place(match: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return f"{starts[1 - count % 2] + scale * float(match[0]):.1f}".removesuffix(".0")

    return " ".join(NUMBER.sub(place, d).split())


def dots(uses: list[Element], shape: Element) -> Element | None:
    """Lines without a length whose round ends are the dots, filled and outlined in one colour."""
    circle = ROUND.fullmatch(" ".join(shape.get("d", "").split()))
    style = dict(part.split(": ") for part in uses[0].get("style", "").split("; "))
    if not circle or style.get("fill") != style.get("stroke") or "stroke-width" in style:
        return None
    width = 2 * float(circle[1]) + 1
    outline = "; ".join(f"{name}: {value}" for name, value in style.items() if name.startswith("stroke"))
    d = LONG.sub(r"\1", " ".join(f"M {use.get('x')} {use.get('y')} h 0" for use in uses))
    return Element(PATH, d=d, style=f"fill: none; stroke-width: {width:g}; stroke-linecap: round; {outline}")


def replace(group: Element, uses: list[Element], one: Element | None) -> None:
    if one is not None:
        for use in uses:
            group.remove(use)
        group.append(one)


def tidy(element: Element, used: set[str]) -> None:
    """Take out the names, definitions, groups and spaces that nothing needs."""
    children = []
    for child in element:
        if not isinstance(child.tag, str):  # a comment
            child.tail = None
        else:
            tidy(child, used)
        if child.get("id") not in used:
            child.attrib.pop("id", None)
            if element.tag == DEFS and child.tag in (PATH, STYLE):
                continue
        if child.tag == METADATA or (child.tag in (DEFS, GROUP) and not len(child)):
            continue
        children += list(child) if child.tag == GROUP and not child.attrib else [child]
    element[:] = children
    element.text = element.tail = None
