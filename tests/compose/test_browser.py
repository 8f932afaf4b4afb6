"""Facts about report.html in a real browser, on a laptop and a phone: it is quiet, it fits, values say their source,
sentences what they rest on."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, CDPSession, Locator

from tests.conftest import Project

SCREENS: dict[str, dict[str, Any]] = {
    "laptop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
}
# The boxes of a value's lines.
LINES = "value => [...value.getClientRects()].map(box => [box.left, box.top, box.right, box.bottom])"
# What each value's bubble says while one of the value's links has the focus, and the bubble's colours.
FOCUSED = """() => [...document.querySelectorAll("data")].map(value => {
  value.querySelector("a").focus({preventScroll: true});
  const style = getComputedStyle(value, "::after");
  return {path: value.title, artifact: value.dataset.artifact, says: style.content, display: style.display,
          visible: style.visibility, ink: style.color, paper: style.backgroundColor};
})"""

# What each sentence's bubble says while its mark has the focus.
ASKED = """() => [...document.querySelectorAll(".ground")].map(mark => {
  mark.focus({preventScroll: true});
  const style = getComputedStyle(mark, "::after");
  return {label: mark.getAttribute("aria-label"), says: style.content, display: style.display,
          visible: style.visibility, ink: style.color, paper: style.backgroundColor};
})"""

# How many elements are marked as what a link led to.
MARKED = """() => [...document.querySelectorAll("main *")].filter(
  one => getComputedStyle(one).backgroundColor === "rgb(253, 243, 207)").length"""


class Visit:
    """The report on a screen, with all that the browser has said and asked for since it was opened."""

    def __init__(self, browser: Browser, screen: str, path: Path) -> None:
        self.page = browser.new_context(**SCREENS[screen]).new_page()
        self.noise: list[str] = []
        self.page.on("console", lambda message: self.noise.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.noise.append(str(error)))
        address = path.as_uri()
        self.page.on("request", lambda request: self.noise.extend(asked(request.url, address)))
        self.page.goto(address)

    def end(self) -> None:
        self.page.context.close()


def asked(address: str, own: str) -> list[str]:
    return [] if address.partition("#")[0] == own or address.startswith("data:") else [f"request: {address}"]


@pytest.fixture(scope="module", params=SCREENS)
def visit(browser: Browser, assignment: Project, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """To be read only."""
    visit = Visit(browser, request.param, assignment.root / "report" / "report.html")
    yield visit
    visit.end()


@pytest.fixture
def touched(browser: Browser, assignment: Project, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """To be changed."""
    visit = Visit(browser, getattr(request, "param", "phone"), assignment.root / "report" / "report.html")
    yield visit
    visit.end()


@pytest.fixture
def short(browser: Browser, assignment: Project, tmp_path: Path) -> Iterator[Visit]:
    """To be changed: the report without what follows its first section, on a phone."""
    part = '<section class="part"'
    before, first, *_ = assignment.page.split(part)
    path = tmp_path / "short.html"
    path.write_text(f"{before}{part}{first}</main></body></html>", encoding="utf-8")
    visit = Visit(browser, "phone", path)
    yield visit
    visit.end()


def noise(visit: Visit) -> list[str]:
    visit.page.wait_for_timeout(200)  # what is asked for late
    return visit.noise


def too_wide(visit: Visit) -> list[str]:
    """What makes the page scroll sideways."""
    assert visit.page.viewport_size is not None
    width = visit.page.viewport_size["width"]
    found = visit.page.evaluate("document.documentElement.scrollWidth")
    return [f"the page is {found} wide, the screen {width}"] if found > width else []


def dead_links(visit: Visit) -> list[str]:
    return list(
        visit.page.evaluate("""() => [...document.querySelectorAll("[href]")]
          .filter(link => !link.hash || !document.getElementById(decodeURIComponent(link.hash.slice(1))))
          .map(link => link.outerHTML)""")
    )


def inaccessible(visit: Visit) -> list[str]:
    """What axe finds, by its default rules with those of best practice, and a page that it cannot decide on."""
    found = Axe().run(visit.page).response["violations"]
    return [f"{fault['id']}: {fault['nodes'][0]['html'][:200]}" for fault in found]


def unreachable(visit: Visit) -> list[str]:
    """What links or scrolls by itself that the Tab key does not reach or that does not show when it has the focus."""
    count = visit.page.evaluate("""() => {
      window.reached = new Map();
      document.addEventListener("focusin", ({target}) => {
        const style = getComputedStyle(target);
        reached.set(target, style.outlineStyle != "none" && parseFloat(style.outlineWidth) >= 2);
      });
      window.goals = [...document.querySelectorAll("*")].filter(item => {
        const way = getComputedStyle(item).overflowX;
        const scrolls = (way == "auto" || way == "scroll") && item.scrollWidth > item.clientWidth;
        return scrolls || item.matches("a, summary, .ground");
      });
      document.activeElement.blur();
      return document.querySelectorAll("a, summary, [tabindex]").length;
    }""")
    for _ in range(count):
        visit.page.keyboard.press("Tab")
    return list(
        visit.page.evaluate("""() => goals.filter(goal => !reached.get(goal)).map(goal =>
          (reached.has(goal) ? "no outline: " : "not reached: ") + goal.cloneNode(false).outerHTML)""")
    )


def luminance(colour: str) -> float:
    """Of a CSS colour, as WCAG defines it."""
    red, green, blue, *alpha = (float(part) for part in re.findall(r"[\d.]+", colour))
    assert not alpha or alpha == [1], f"{colour} is transparent"
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red / 255, green / 255, blue / 255)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    dark, light = sorted([luminance(first), luminance(second)])
    return (light + 0.05) / (dark + 0.05)


def silent(visit: Visit) -> list[str]:
    """The values that do not show, when they have the focus, from which artifact and by which path they come."""
    faults = []
    for value in visit.page.evaluate(FOCUSED):
        says = value["says"].replace("\\", "")
        shown = value["display"] != "none" and value["visible"] == "visible"
        if not shown or value["artifact"] not in says or value["path"].replace('"', "") not in says.replace('"', ""):
            faults.append(f"{value['path']}: says {value['says']}")
        elif contrast(value["ink"], value["paper"]) < 4.5:
            faults.append(f"{value['path']}: {value['ink']} on {value['paper']} is hard to read")
    return faults


def mute(visit: Visit) -> list[str]:
    """The sentences whose mark does not show, when it has the focus, what they rest on."""
    faults = []
    for mark in visit.page.evaluate(ASKED):
        label = mark["label"].replace("\n", " ")
        says = mark["says"].replace("\\a ", " ").replace("\\", "").strip('"')
        shown = mark["display"] != "none" and mark["visible"] == "visible"
        if not shown or says != label or not re.match("Rests on .", label):
            faults.append(f"{label}: says {says}")
        elif contrast(mark["ink"], mark["paper"]) < 4.5:
            faults.append(f"{label}: {mark['ink']} on {mark['paper']} is hard to read")
    return faults


def bubble(visit: Visit, value: Locator) -> tuple[float, float, float, float] | None:
    """Left, top, right and bottom of the bubble that a value or the mark of a sentence shows."""
    session: CDPSession = visit.page.context.new_cdp_session(visit.page)
    path = value.evaluate("value => { window.chosen = value; return value.title || value.ariaLabel }")
    found = session.send("Runtime.evaluate", {"expression": "window.chosen"})["result"]["objectId"]
    parts = session.send("DOM.describeNode", {"objectId": found})["node"].get("pseudoElements", [])
    parts = [part for part in parts if part["pseudoType"] == "after"]
    assert len(parts) <= 1, path
    for part in parts:
        box = session.send("DOM.getBoxModel", {"backendNodeId": part["backendNodeId"]})["model"]["border"]
        return box[0], box[1], box[4], box[5]
    return None


def misplaced(visit: Visit, act: Callable[[Locator], None] = Locator.hover, which: str = "data") -> list[str]:
    """Bubbles that are not there, leave the window, or lie on their value: at the edges, and those of long paths."""
    size = visit.page.viewport_size
    assert size is not None
    faults = []
    for index in visit.page.evaluate(
        """which => {
      const values = [...document.querySelectorAll(which)], at = value => value.getClientRects()[0];
      const order = key => values.map((_, index) => index).sort((a, b) => key(values[a]) - key(values[b]));
      const right = order(value => -at(value).right).filter(index => at(values[index]).right <= innerWidth);
      const chosen = [order(value => at(value).left), right, order(value => -(value.title || value.ariaLabel).length)];
      return [...new Set([...chosen.flatMap(list => list.slice(0, 5)), 0, 1, 2, values.length - 1])];
    }""",
        which,
    ):
        value = visit.page.locator(which).nth(index)
        value.scroll_into_view_if_needed()
        act(value)
        box = bubble(visit, value)
        if box is None:
            faults.append(f"value {index} has no bubble")
            continue
        left, top, right, bottom = box
        if left < 0 or top < 0 or right > size["width"] or bottom > size["height"] or right - left < 60:
            faults.append(f"the bubble of value {index} is at {box}, outside {size}")
        for x0, y0, x1, y1 in value.evaluate(LINES):
            if min(x1, right) - max(x0, left) > 1 and min(y1, bottom) - max(y0, top) > 1:
                faults.append(f"the bubble of value {index} lies on it")
    return faults


def focus(value: Locator) -> None:
    value.evaluate("value => (value.querySelector('a') || value).focus()")


def test_the_browser_says_nothing_and_asks_nobody_for_anything(visit: Visit) -> None:
    assert noise(visit) == []


def test_the_page_does_not_scroll_sideways(visit: Visit) -> None:
    assert too_wide(visit) == []


def test_a_figure_with_panels_fits_the_screen(visit: Visit) -> None:
    figures = visit.page.locator(".pictures:has(.stackable)")
    assert figures.count() > 1
    assert figures.evaluate_all("figures => figures.filter(figure => figure.scrollWidth > figure.clientWidth)") == []


def test_every_link_leads_to_a_place_in_the_page(visit: Visit) -> None:
    assert visit.page.locator("main a").count() > 100
    assert dead_links(visit) == []


def test_axe_finds_nothing(visit: Visit) -> None:
    assert inaccessible(visit) == []


def test_every_value_with_the_focus_says_from_where_it_comes(visit: Visit) -> None:
    assert visit.page.locator("data").count() > 100
    assert silent(visit) == []


def test_every_sentence_with_the_focus_says_what_it_rests_on(visit: Visit) -> None:
    assert visit.page.locator("main .answer .ground").count() > 60
    assert visit.page.locator("figcaption .ground").count() > 30
    assert visit.page.locator(".summary .ground").count() > 1
    assert mute(visit) == []


@pytest.mark.parametrize("which", ["data", ".ground"])
@pytest.mark.parametrize("act", [Locator.hover, focus])
def test_a_bubble_is_in_the_window_and_beside_its_value(
    visit: Visit, act: Callable[[Locator], None], which: str
) -> None:
    assert misplaced(visit, act, which) == []
    assert too_wide(visit) == []


def test_a_bubble_stays_while_the_pointer_moves_onto_it_and_goes_when_it_leaves(visit: Visit) -> None:
    visit.page.evaluate("document.activeElement.blur()")
    value = visit.page.locator("main p data").first
    value.hover()
    box = bubble(visit, value)
    assert box is not None
    visit.page.mouse.move(box[0] + 20, (box[1] + box[3]) / 2, steps=20)
    assert bubble(visit, value) == box
    visit.page.mouse.move(1, 1)
    assert bubble(visit, value) is None


def test_a_tap_shows_from_where_a_value_comes_and_a_second_tap_goes_there(touched: Visit) -> None:
    value = touched.page.locator("main p data").first
    address = touched.page.url
    value.tap()
    touched.page.wait_for_timeout(500)
    assert bubble(touched, value) is not None
    assert touched.page.url == address
    value.tap()
    touched.page.wait_for_url(f"{address}#artifact-**")
    artifact = value.get_attribute("data-artifact")
    assert touched.page.url == f"{address}#artifact-{artifact}"


def test_a_tap_shows_what_a_sentence_rests_on_and_goes_nowhere(touched: Visit) -> None:
    mark = touched.page.locator("main .ground").first
    address = touched.page.url
    assert bubble(touched, mark) is None
    mark.tap()
    touched.page.wait_for_timeout(500)
    assert bubble(touched, mark) is not None
    assert touched.page.url == address


@pytest.mark.parametrize("touched", ["laptop"], indirect=True)
def test_a_click_or_the_enter_key_goes_to_the_artifact_of_a_value(touched: Visit) -> None:
    value = touched.page.locator("main p data").first
    address = touched.page.url
    value.click()
    touched.page.wait_for_url(f"{address}#artifact-**")
    touched.page.go_back()
    value.locator("a").focus()
    touched.page.keyboard.press("Enter")
    touched.page.wait_for_url(f"{address}#artifact-**")


def test_an_artifact_that_a_link_leads_to_is_marked_and_nothing_is_for_a_question(touched: Visit) -> None:
    address = touched.page.url
    for target, marks in (("q-1.7.a", False), ("artifact-sweep", True)):
        touched.page.goto(f"{address}#{target}")
        assert bool(touched.page.evaluate(MARKED)) == marks


def test_the_tab_key_reaches_and_shows_every_link_and_all_that_scrolls(touched: Visit) -> None:
    # A table's rows are alike: the first say what all do.
    touched.page.evaluate("document.querySelectorAll('tr:nth-child(n+4)').forEach(row => row.remove())")
    touched.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert unreachable(touched) == []


def test_the_first_thing_that_the_tab_key_reaches_skips_to_the_report(visit: Visit) -> None:
    visit.page.evaluate("document.activeElement.blur()")
    visit.page.reload()
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.activeElement.textContent") == "Skip to the report"
    box = visit.page.locator(".skip").bounding_box()
    assert box is not None
    assert box["y"] >= 0
    visit.page.keyboard.press("Enter")
    assert visit.page.evaluate("document.activeElement.tagName") == "MAIN"


def test_a_browser_prints_no_bubble(visit: Visit) -> None:
    visit.page.emulate_media(media="print")
    try:
        assert len(silent(visit)) == visit.page.locator("data").count()
        assert len(mute(visit)) == visit.page.locator(".ground").count()
        assert not visit.page.locator(".ground").first.is_visible()
    finally:
        visit.page.emulate_media(media="screen")


def style(rule: str) -> str:
    return f"document.head.insertAdjacentHTML('beforeend', '<style>{rule}</style>')"


def markup(text: str) -> str:
    return f"document.querySelector('main').insertAdjacentHTML('afterbegin', '{text}')"


# What is done to the page, the checker that must see it, and what that says.
WRONG: dict[str, tuple[str, Callable[[Visit], list[str]], str]] = {
    "a request": (
        "void fetch('http://127.0.0.1:9/x').catch(() => 0)",
        noise,
        r"Connecting to 'http://127\.0\.0\.1:9/x'",
    ),
    "a picture from elsewhere": (markup('<img src="http://127.0.0.1:9/x.png">'), noise, r"request: .*x\.png"),
    "an error": ("console.error('wrong')", noise, "error: wrong"),
    "a script that fails": ("setTimeout(() => { throw new Error('failed') }, 0)", noise, "failed"),
    "a wide block": (markup('<div style="width: 2000px; height: 9px"></div>'), too_wide, r"the page is 20\d\d wide"),
    "a wide listing": (style("#lst-gradient_descent .scroll { overflow: visible }"), too_wide, "the page is"),
    "a dead link": (markup('<a href="#nowhere">x</a>'), dead_links, "#nowhere"),
    "a link out": (markup('<a href="https://example.org/">x</a>'), dead_links, "example.org"),
    "pale text": (markup('<p style="color: #999">Pale words.</p>'), inaccessible, "color-contrast.*Pale"),
    "a picture without text": (markup('<img src="data:,">'), inaccessible, "image-alt"),
    "a heading out of order": (markup("<h6>Low</h6>"), inaccessible, "heading-order"),
    "a box for the mouse only": (
        "document.querySelector('.equation').removeAttribute('tabindex')",
        inaccessible,
        "scrollable-region-focusable",
    ),
    "a link past the Tab key": (
        markup('<p><a href="#report" tabindex="-1">x</a></p>'),
        unreachable,
        "not reached: .*#report",
    ),
    "a hidden focus": (style(".contents a:focus { outline: none }"), unreachable, "no outline: <a"),
    "no bubble": (style("data::after { content: none !important }"), silent, "says none"),
    "one word in each bubble": (style('data::after { content: "x" !important }'), silent, 'says "x"'),
    "a hidden bubble": (style("data::after { display: none !important }"), silent, ": says"),
    "a pale bubble": (style("data::after { color: #777 !important }"), silent, "hard to read"),
    "a sentence without a bubble": (style(".ground::after { content: none !important }"), mute, "says none"),
    "a hidden bubble of a sentence": (style(".ground::after { display: none !important }"), mute, ": says"),
    "a pale bubble of a sentence": (style(".ground::after { color: #777 !important }"), mute, "hard to read"),
    "a sentence that rests on nothing": (
        "document.querySelector('.ground').ariaLabel = 'Rests on'",
        mute,
        "^Rests on: says Rests on$",
    ),
    "a sentence past the Tab key": (
        "document.querySelector('.ground').removeAttribute('tabindex')",
        unreachable,
        "not reached: <span",
    ),
    "a bubble off the screen": (
        style("data::after { position-area: none !important; left: -99px !important }"),
        misplaced,
        "outside",
    ),
    "a bubble on its value": (style("data::after { position-area: center !important }"), misplaced, "lies on it"),
    "a bubble that does not show": (style("data::after { content: none !important }"), misplaced, "has no bubble"),
}


@pytest.mark.parametrize(("wrong", "checker", "message"), WRONG.values(), ids=WRONG)
def test_the_checkers_see_what_is_wrong(
    short: Visit, wrong: str, checker: Callable[[Visit], list[str]], message: str
) -> None:
    short.page.evaluate(wrong)
    assert re.search(message, "\n".join(checker(short)))


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("rgb(0, 0, 0)", "rgb(255, 255, 255)") == pytest.approx(21)
    assert contrast("rgb(255, 255, 255)", "rgb(118, 118, 118)") == pytest.approx(4.54, abs=0.005)
