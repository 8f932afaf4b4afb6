"""Facts about cite/values: a value is a path and a format, and whatever it holds, it stays text."""

import html
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.cite.paths import CitationError, Unknown
from reporting.cite.values import UNFIT, Values, formats

TREE: dict[str, Any] = {
    "networks": {"two_layer": {"history": {"loss": [0.5, 0.25, None]}, "diverged_at_epoch": None, "name": "two_layer"}},
    "reproduction": {"questions": {"1.2.b": {"total": 15}}},
    "grid": [[1, 2], [3, 4]],
}
# What the schema lets a text of the configuration hold.
UNFIT_ONES = "".join(character for character in map(chr, range(0x10000)) if UNFIT.match(character))
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters=UNFIT_ONES), max_size=40)


def printed(value: Any, form: str) -> str:
    """A value as a reader sees it in that format."""
    values = Values({"a": value})
    return shown(values.fill(values.value("a", form)))


def shown(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("networks.two_layer.history.loss[0]", 0.5),
        ("networks.two_layer.history.loss[-2]", 0.25),
        ("networks.two_layer.history.loss[-1]", None),
        ('reproduction.questions["1.2.b"].total', 15),
        ('["networks"]["two_layer"].name', "two_layer"),
        ("grid[1][0]", 3),
        ("grid[-1]", [3, 4]),
    ],
)
def test_a_path_goes_down_fields_indices_and_quoted_keys(path: str, value: Any) -> None:
    assert Values(TREE).look_up(path) == value


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("network.two_layer", "the artifacts: no 'network' there; did you mean networks?"),
        ("networks.two_layers.name", "networks: no 'two_layers' there; did you mean two_layer?"),
        ("networks.two_layer.histroy", "networks.two_layer: no 'histroy' there; did you mean history?"),
        ("reproduction.zzz", "reproduction: no 'zzz' there; there are questions"),
        ('reproduction.questions["9"]', "reproduction.questions: no '9' there; there are 1.2.b"),
        ("networks.two_layer.history.loss[3]", "networks.two_layer.history.loss: has 3 items, no item 3"),
        ("networks.two_layer.history.loss[-4]", "networks.two_layer.history.loss: has 3 items, no item -4"),
        ("networks.two_layer.history.loss.mean", "networks.two_layer.history.loss: [0.5, 0.25, null] has no 'mean'"),
        ("networks.two_layer.name.first", "networks.two_layer.name: \"two_layer\" has no 'first'"),
        ("networks.two_layer.name[0]", 'networks.two_layer.name: "two_layer" has no 0'),
        ("networks.two_layer.diverged_at_epoch.x", "networks.two_layer.diverged_at_epoch: null has no 'x'"),
        ("grid[1.5]", "grid[1.5]: not a path, from '[1.5]' on"),
        ("grid[0", "grid[0: not a path, from '[0' on"),
        ("grid + 1", "grid + 1: not a path, from ' + 1' on"),
        ("networks.two-layer", "networks.two-layer: not a path, from '-layer' on"),
        ("networks.__class__.__name__", "networks: no '__class__' there"),
    ],
)
def test_a_path_to_nothing_says_what_is_there(path: str, message: str) -> None:
    values = Values(TREE)
    for cite in (lambda: values.look_up(path), lambda: values.value(path, "text"), lambda: list(values.each(path))):
        with pytest.raises(CitationError) as caught:
            cite()
        said = str(caught.value)
        assert said.startswith(message)
        assert "\n" not in said


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [
        ("text", "a", "a"),
        ("names", ["A"], "A"),
        ("names", ["A", "B"], "A and B"),
        ("date", "2023-09-04", "4 September 2023"),
        ("integer", 12, "12"),
        ("integer", -12, "−12"),
        ("count or never", 7, "7"),
        ("count or never", 0, "0"),
        ("count or never", None, "never"),
        ("setting", 0.01, "0.01"),
        ("setting", 1, "1"),
        ("setting", -0.5, "−0.5"),
        ("loss", 0.123456, "0.1235"),
        ("loss", None, "NaN"),
        ("accuracy", 0.98765, "0.9877"),
        ("accuracy", None, "NaN"),
        ("coordinate", -1.23456, "−1.2346"),
        ("function value", -2.1234567, "−2.123457"),
        ("step size", 0.30499, "0.305"),
        ("short", 3.14159, "3.14"),
        ("percent", 0.9321, "93.2\u00a0%"),
        ("percent", -0.01, "−1.0\u00a0%"),
        ("percent", 1, "100.0\u00a0%"),
        ("scientific", 2.13e-12, "2.1\u00a0×\u00a010−12"),
        ("scientific", -5e20, "−5.0\u00a0×\u00a01020"),
        ("scientific", 0, "0"),
        ("exact", 0.1, "0.1"),
        ("exact", None, "NaN"),
        ("array", [[1.0, 2.5], [3.0, 4.0]], "[[1.  2.5]\n [3.  4. ]]"),
        ("loss name", "bce", "ŷ"),
        ("loss name", "bce_with_logits", "z"),
        ("scheme name", "assignment", "assignment’s"),
        ("scheme name", "glorot", "Glorot’s"),
        ("scheme name", "zeros", "zero"),
        ("architecture", ["Linear 64x32", "ReLU", "Linear 32x1", "Sigmoid"], "64–32R–1S"),
        ("architecture", ["Linear 64x1"], "64–1"),
        ("span", [0, 4], "0 to 4"),
        ("point", [3, -2.5], "(3, −2.5)"),
        ("word", 0, "zero"),
        ("word", 12, "twelve"),
        ("whole percent", 0.8, "80\u00a0%"),
        ("any", 0.123456789, "0.123457"),
        ("any", [1, 2, 3], "[3 items]"),
        ("any", None, "null"),
        ("any", "a", '"a"'),
        ("spread", {"mean": 12.345, "deviation": 0.234}, "12.3\u00a0±\u00a00.2"),
        ("spread", {"mean": 12.345, "deviation": 0.0123}, "12.345\u00a0±\u00a00.012"),
        ("spread", {"mean": 12.345, "deviation": 3.6}, "12\u00a0±\u00a04"),
        ("spread", {"mean": 12.345, "deviation": 1.4}, "12.3\u00a0±\u00a01.4"),
        ("spread", {"mean": -1.5, "deviation": 0.25}, "−1.5\u00a0±\u00a00.2"),
        ("spread", {"mean": 3.0, "deviation": 0.0}, "3"),
        ("spread", {"mean": 3.5, "deviation": None}, "3.5"),
        ("spread", {"mean": None, "deviation": None}, "NaN"),
        ("spread percent", {"mean": 0.97345, "deviation": 0.0062}, "97.3\u00a0±\u00a00.6\u00a0%"),
        ("spread percent", {"mean": 0.88712, "deviation": 0.0121}, "88.7\u00a0±\u00a01.2\u00a0%"),
        ("percentage points", {"low": -0.0123, "high": 0.0456}, "−1.2 to 4.6"),
        (
            "quartiles percent",
            {"median": 0.97, "quartiles": [0.9, 0.98], "count": 4},
            "97.0\u00a0% (90.0 to 98.0\u00a0%)",
        ),
        ("quartiles percent", {"median": 0.97, "quartiles": [0.9, 0.98], "count": 3}, "97.0\u00a0% (of\u00a03)"),
        ("quartiles percent", {"median": None, "quartiles": [None, None], "count": 0}, "NaN"),
    ],
)
def test_each_format_prints_its_value(form: str, value: Any, text: str) -> None:
    assert printed(value, form) == text


def test_an_exponent_is_raised() -> None:
    values = Values({"a": 2.1e-12})
    filled = values.fill(values.value("a", "scientific"))
    (raised,) = re.findall("<sup>.*</sup>", filled)
    assert shown(raised) == "−12"


def test_a_value_names_its_path_and_its_artifact_and_links_there() -> None:
    values = Values({"networks/a": {"loss": [0.5]}})
    assert values.fill(values.value("networks.a.loss[0]", "loss")) == (
        '<data value="0.5000" title="networks.a.loss[0]" data-artifact="networks/a">'
        '<a href="#artifact-networks/a" title="">0.5000</a></data>'
    )


def test_an_unknown_format_is_named_with_the_nearest_or_with_all() -> None:
    for content in (1, Unknown()):
        with pytest.raises(CitationError, match=r"^a: no format 'percents'; did you mean 'percent'\?$"):
            Values({"a": content}).value("a", "percents")
    with pytest.raises(CitationError) as caught:
        Values({"a": 1}).value("a", "zzz")
    assert "percent" in str(caught.value).split("there are ")[1].split(", ")


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("x", "percent"),
        (None, "percent"),
        (None, "integer"),
        (1.5, "integer"),
        ([1], "loss"),
        (None, "scientific"),
        ("soon", "date"),
        ("mse", "loss name"),
        ("xavier", "scheme name"),
        (3, "names"),
        ({"a": 1}, "setting"),
        (1, "point"),
        ([], "architecture"),
        (["ReLU"], "architecture"),
        ([1], "span"),
        (13, "word"),
        (1.5, "word"),
        (0.5, "spread"),
        ({"mean": 0.5}, "spread"),
        ({"low": None, "high": None}, "percentage points"),
    ],
)
def test_a_value_that_does_not_fit_its_format_is_refused_by_name(value: Any, form: str) -> None:
    with pytest.raises(CitationError, match=rf"^a: .* cannot be printed as '{form}'$"):
        Values({"a": value}).value("a", form)


@pytest.mark.parametrize("value", [{"a": 1}, [1], None])
def test_what_is_no_text_is_refused_as_text(value: Any) -> None:
    with pytest.raises(CitationError):
        Values({"a": value}).value("a", "text")


@pytest.mark.parametrize("form", ["coordinate", "short", "percent", "percentage points", "spread"])
def test_what_rounds_to_zero_has_no_sign(form: str) -> None:
    value: Any = -1e-9
    if form == "percentage points":
        value = {"low": -1e-9, "high": 1}
    elif form == "spread":
        value = {"mean": -1e-9, "deviation": 1}
    assert not printed(value, form).startswith("−")


@given(st.floats(-1e6, 1e6), st.floats(1e-9, 1e6))
def test_a_spread_is_printed_to_the_digits_that_it_supports(mean: float, deviation: float) -> None:
    shown_mean, shown_deviation = printed({"mean": mean, "deviation": deviation}, "spread").split("\u00a0±\u00a0")
    places = len(shown_deviation.partition(".")[2])
    assert len(shown_mean.partition(".")[2]) == places
    assert abs(float(shown_mean.replace("−", "-")) - mean) <= 0.5001 * 10.0**-places + 1e-9 * abs(mean)
    assert abs(float(shown_deviation) - deviation) <= 0.5001 * 10.0**-places
    if places:  # a digit, or two where the first is 1, up to rounding
        assert shown_deviation.replace(".", "").lstrip("0") in {str(n) for n in range(2, 21)}
    if deviation >= 2:
        assert places == 0


@pytest.mark.parametrize("form", sorted(set(formats()) - {"any"}))
def test_the_mean_of_what_has_a_spread_is_not_printed_alone(form: str) -> None:
    values = Values({"seeds/a": {"final": {"loss": {"mean": 0.5, "deviation": 0.1, "values": [0.4, 0.6]}}}})
    with pytest.raises(CitationError, match=r"^seeds\.a\.final\.loss\.mean: has a spread, which says its digits"):
        values.value("seeds.a.final.loss.mean", form)


def test_a_mean_without_a_spread_is_printed() -> None:
    values = Values({"digits": {"mean": 0.5}, "c": {"d": {"mean": 0.25, "low": 0, "high": 1}}})
    assert shown(values.fill(values.value("digits.mean", "short") + values.value("c.d.mean", "short"))) == "0.500.25"


def test_the_mean_of_what_has_a_spread_is_not_printed_alone_however_its_path_is_written() -> None:
    with pytest.raises(CitationError, match="has a spread"):
        Values({"a": {"mean": 0.5123456, "deviation": 0.1}}).value('a["mean"]', "function value")


def test_what_is_not_made_yet_has_every_field_and_any_format() -> None:
    values = Values({"networks": {"a": Unknown()}})
    for form in formats():
        values.value("networks.a.history.loss[-1]", form)
    assert list(values.each("networks.a.history")) == ["networks.a.history[0]"]
    with pytest.raises(CitationError):
        values.value("networks.b.history", "loss")


def test_each_gives_paths_that_lead_to_the_items() -> None:
    values = Values(TREE)
    assert list(values.each("grid")) == ["grid[0]", "grid[1]"]
    assert list(values.each("networks")) == ["networks.two_layer"]
    (question,) = values.each("reproduction.questions")
    assert values.look_up(question) == {"total": 15}
    with pytest.raises(CitationError, match="has no items"):
        list(values.each("networks.two_layer.name"))


def test_a_value_is_an_element_in_text_and_text_in_attributes_and_the_title() -> None:
    values = Values({"a": 'x "<b>"'})
    cited = values.value("a", "text")
    filled = values.fill(f'<title>{cited}</title><meta content="{cited}"><p>{cited}</p>')
    title, rest = filled.split("</title>")
    meta, paragraph = rest.split("<p>")
    assert title == "<title>x &quot;&lt;b&gt;&quot;"
    assert meta == '<meta content="x &quot;&lt;b&gt;&quot;">'
    assert paragraph.startswith("<data ")
    assert re.sub(r"<[^>]*>", "", paragraph) == "x &quot;&lt;b&gt;&quot;"


def test_an_element_names_its_path() -> None:
    values = Values(TREE)
    assert "networks.two_layer.history.loss[0]" in values.fill(
        values.value("networks.two_layer.history.loss[0]", "loss")
    )


def test_markup_without_values_stays_as_it_is() -> None:
    markup = '<p title="a">b &amp; {{ c }} \\1 $x$</p>'
    assert Values({}).fill(markup) == markup


@pytest.mark.parametrize(
    "text",
    ["<b>", "{{ 7*7 }}", "<%= 7*7 %>", "$x$", "a & b", '"', "'", "\\1", "\\g<0>", "&amp;", "<!--", "]]>", "10⁵x"],
)
def test_a_text_with_any_markup_is_printed_as_typed(text: str) -> None:
    as_typed(text)


@given(TEXT)
def test_every_text_of_the_configuration_is_printed_as_typed(text: str) -> None:
    as_typed(text)


def as_typed(text: str) -> None:
    values = Values({"a": text, "b": "other"})
    first, second = values.value("a", "text"), values.value("b", "text")
    filled = values.fill(f'<title>{first}</title><meta content="{first}"><p>{second}{first}{second}</p>')
    title, content, paragraph = re.fullmatch(
        r'<title>([^<>]*)</title><meta content="([^"<>]*)"><p>(.*)</p>', filled, re.DOTALL
    ).groups()  # type: ignore[union-attr]
    assert html.unescape(title) == html.unescape(content) == text
    # Raised digits stand in an element of their own.
    raised = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "−0123456789")
    assert shown(paragraph).translate(raised) == f"other{text}other".translate(raised)
    assert set(re.findall(r"</?(\w+)", paragraph)) <= {"data", "a", "sup"}
    assert all(address.startswith("#") for address in re.findall(r'href="([^"]*)"', paragraph))
