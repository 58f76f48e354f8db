from __future__ import annotations

import importlib
import json
import re
import sys
from itertools import permutations
from typing import Any

import pytest

from langchain_careerv2.domains import DOMAINS, Answer, Domain
from langchain_careerv2.domains._forms import fits, form, keyword, listing, parse, sentence
from langchain_careerv2.domains._reading import key
from langchain_careerv2.domains._verbs import ACTION_VERBS

PARSER: Any = importlib.import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")
EACH = pytest.mark.parametrize("domain", DOMAINS.values(), ids=DOMAINS)
SCHEMA = form(
    "demo",
    title=sentence("A|The", 1, 3),
    points={"type": "integer", "enum": [1, 3]},
    terms=listing(keyword("AB"), keyword()),
)
GOOD = {"title": "The end", "points": 3, "terms": ["Apple", "pear"]}


def patterns(schema: dict[str, Any]) -> list[str]:
    inner = [*schema.get("properties", {}).values(), *schema.get("prefixItems", []), *schema.get("anyOf", [])]
    own = [schema["pattern"]] if "pattern" in schema else []
    return own + [text for each in inner for text in patterns(each)]


def starts(schema: dict[str, Any]) -> list[list[str]]:
    return [each["pattern"].partition(")")[0].removeprefix("^(").split("|") for each in schema["prefixItems"]]


@EACH
def test_the_examples_forms_fit_the_schema(domain: Domain[Answer]) -> None:
    for exemplar in domain.exemplars:
        answer = domain.read(exemplar).answer
        assert answer is not None
        assert fits(domain.schema, {"form": f"careerv2/{domain.name}", **answer.form()})


@EACH
def test_a_form_with_the_proof_is_known_as_constrained(domain: Domain[Answer]) -> None:
    answer = domain.read(domain.exemplars[0]).answer
    assert answer is not None
    form = answer.form()
    for proof, proved in ((f"careerv2/{domain.name}", True), ("careerv2/other", False), (1, False)):
        reading = domain.read(json.dumps({"form": proof, **form}))
        assert (reading.ok, reading.proved) == (True, proved)
        assert reading.answer == answer
    assert not domain.read(domain.exemplars[0]).proved
    name, items = next((name, value) for name, value in form.items() if isinstance(value, list))
    loose = {**form, name: [*items, "one more than the schema has"]}
    assert not domain.read(json.dumps({"form": f"careerv2/{domain.name}", **loose})).proved


@EACH
def test_each_item_of_a_form_is_found_in_its_json(domain: Domain[Answer]) -> None:
    answer = domain.read(domain.exemplars[0]).answer
    assert answer is not None
    for indent in (None, 2):
        reading = domain.read(json.dumps(answer.form(), indent=indent))
        assert reading.answer is not None
        texts = [text for value in answer.form().values() if isinstance(value, list) for text in value]
        spanned = [reading.raw[start:end] for start, end in reading.spans.values()]
        assert set(texts) <= set(spanned)


@EACH
def test_no_pattern_lets_a_control_character_a_quote_or_a_backslash_through(domain: Domain[Answer]) -> None:
    found = patterns(domain.schema)
    assert found
    for pattern in found:
        assert pattern.startswith("^")
        assert pattern.endswith("$")
        assert "(?" not in pattern  # llama.cpp's converter takes no such group
        for bad in '"\\\n\t\x00\x7f:':
            assert not re.search(rf"[{re.escape(bad)}]", re.sub(r"\[[^]]*\]", "", pattern))
            assert not any(re.fullmatch(each, bad) for each in re.findall(r"\[[^]]*\]", pattern))


@EACH
def test_the_first_words_of_a_list_differ_whatever_a_model_repeats(domain: Domain[Answer]) -> None:
    schema: Any = domain.schema
    for name, listed in schema["properties"].items():
        items = listed.get("anyOf", [listed])[0]
        if "prefixItems" not in items or "keyword" in name:
            continue
        for some, others in permutations(starts(items), 2):
            assert not any(key(other).startswith(key(one)) for one in some for other in others), name


def test_keywords_begin_with_letters_of_their_own() -> None:
    schema: Any = DOMAINS["ats_keywords"].schema
    firsts = [
        each["pattern"][2 : each["pattern"].index("]")] for each in schema["properties"]["keywords"]["prefixItems"]
    ]
    own = [set(letters) for letters in firsts if "-" not in letters]
    assert len(own) >= 16
    assert sum(map(len, own)) == len(set().union(*own))


def test_the_bullets_begin_with_action_verbs() -> None:
    schema: Any = DOMAINS["resume_guidance"].schema
    for verbs in starts(schema["properties"]["bullets"]):
        assert {verb.casefold() for verb in verbs} <= ACTION_VERBS


def test_a_good_form_is_read_with_or_without_a_fence() -> None:
    text = json.dumps(GOOD)
    for written in (text, f"  {text}\n", f"```json\n{text}\n```"):
        assert parse(SCHEMA, written) == (GOOD, False)
    assert parse(SCHEMA, json.dumps({"form": "careerv2/demo", **GOOD})) == (GOOD, True)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (json.dumps(GOOD)[:-1], "no complete JSON"),
        (json.dumps(GOOD)[:-20], "no complete JSON"),
        (json.dumps(GOOD) + " and more", "no complete JSON"),
        (json.dumps([GOOD]), "list instead of an object"),
        ("[" * 100_000, "no complete JSON"),
        ('{"title": "a", "title": "b", "points": 1, "terms": []}', "stands twice"),
        ('{"title": "a", "points": NaN, "terms": []}', "NaN is no JSON"),
        ('{"title": "a", "points": "3", "terms": []}', "points is no integer"),
        ('{"title": "a", "points": true, "terms": []}', "points is no integer"),
        ('{"title": 7, "points": 1, "terms": []}', "title is no string"),
        ('{"title": "a", "points": 1, "terms": "x"}', "terms is no array of strings"),
        ('{"title": "a", "points": 1, "terms": ["x", 1]}', "terms is no array of strings"),
        ('{"title": "a", "points": 1, "terms": null}', "terms is no array of strings"),
        ('{"title": "a", "terms": []}', "no points"),
        ('{"form": {"a": "b"}, "title": "a", "points": 1, "terms": []}', "form is no string"),
        ('{"title": "a", "points": 1, "terms": [], "extra": 1}', "1 keys too many"),
        ('{"title": "a", "points": ' + "9" * 5000 + ', "terms": []}', "digits"),
    ],
)
def test_what_is_no_whole_form_is_refused_with_its_reason(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        parse(SCHEMA, text)


@pytest.mark.parametrize(
    "text", ['{"keywords": ["a", "b"', '```json\n{"keywords"', '[["a"]]', 'Here:\n{"keywords": ["a"]}']
)
def test_json_that_is_no_form_is_read_as_nothing(text: str) -> None:
    for domain in DOMAINS.values():
        reading = domain.read(text)
        assert not reading.ok
        assert reading.problem
        assert reading.raw == text
        assert {issue.code for issue in reading.issues} == {issue.code for issue in domain.read("").issues}


def test_a_form_is_judged_by_what_it_says_not_by_its_shape() -> None:
    domain = DOMAINS["job_resume_match"]
    lists = {"matches": ["Match 1", "...", "N/A"], "gaps": ["None"], "next_steps": ["TBD"]}
    for score in (900, -1):
        reading = domain.read(json.dumps({"score": score, **lists}))
        assert {issue.code for issue in reading.issues if issue.severity == "gate"} == {"score", "content"}
    assert domain.read(json.dumps({"score": 7, **lists})).answer is not None  # a form has one scale


def test_half_a_character_in_a_form_is_replaced() -> None:
    reading = DOMAINS["job_description"].read('{"summary": "\\ud800 x", "responsibilities": [], "requirements": []}')
    assert reading.problem == ""
    assert reading.text.startswith("**Summary:** \ufffd x")


def longest(schema: dict[str, Any]) -> int:
    """Characters of the longest JSON under a schema, without blanks between its tokens."""
    if "anyOf" in schema:
        return max(map(longest, schema["anyOf"]))
    if "properties" in schema:
        return 1 + sum(len(name) + 4 + longest(each) for name, each in schema["properties"].items())
    if "prefixItems" in schema:
        return 1 + sum(1 + longest(each) for each in schema["prefixItems"])
    if "pattern" in schema:
        return int(PARSER.parse(schema["pattern"]).getwidth()[1]) + 2
    return len(json.dumps(schema.get("const", schema.get("maximum"))))


@EACH
def test_the_tokens_of_a_form_are_enough_for_the_longest_and_not_twice_as_many(domain: Domain[Answer]) -> None:
    assert longest(domain.schema) <= domain.form_tokens <= 1.1 * longest(domain.schema)


GOOD_TERMS = json.dumps({"keywords": [f"term {number}" for number in range(20)]})


@pytest.mark.parametrize(
    "text",
    [
        f"1. {GOOD_TERMS}",
        f"Assistant: {GOOD_TERMS}",
        f"\ufeff{GOOD_TERMS}",
        f"{GOOD_TERMS}<|im_end|>\nmore",
        f"```json\r\n{GOOD_TERMS}\r\n```",
        f"``` json\n{GOOD_TERMS}```",
    ],
)
def test_what_may_stand_around_a_form_is_no_part_of_it(text: str) -> None:
    reading = DOMAINS["ats_keywords"].read(text)
    assert (reading.ok, reading.problem) == (True, "")
    assert [reading.raw[start:end] for start, end in reading.spans.values()] == [f"term {n}" for n in range(20)]


@pytest.mark.parametrize(
    "text", [f"Here: {GOOD_TERMS[:-9]}", GOOD_TERMS.replace('"', "'"), "Sure! {'keywords': ['a', "]
)
def test_json_behind_prose_and_python_are_no_text_with_keywords(text: str) -> None:
    reading = DOMAINS["ats_keywords"].read(text)
    assert not reading.ok
    assert reading.problem


def test_a_good_text_with_json_behind_its_end_is_a_good_text() -> None:
    domain = DOMAINS["ats_keywords"]
    assert domain.read(domain.exemplars[0] + '<|im_end|>\n{"x": 1}').ok


def test_the_items_of_a_form_stay_where_they_stand() -> None:
    form = {"score": 80, "matches": ["Has SQL. Gaps: none in Go", "b \u2022 c", "d", "e"], "gaps": ["None"],
            "next_steps": ["Verdict: hire", "Ask"]}  # fmt: skip
    answer = DOMAINS["job_resume_match"].read(json.dumps(form)).answer
    assert answer is not None
    assert answer.form() == form


def test_a_form_of_a_megabyte_of_escapes_is_read_with_its_spans() -> None:
    text = json.dumps({"keywords": [f"caf\u00e9 {number}" for number in range(3_000)]})
    reading = DOMAINS["ats_keywords"].read(text)
    assert len(reading.spans) == 3_000
    start, end = reading.spans["keywords.2999"]
    assert reading.raw[start:end] == "caf\\u00e9 2999"


@pytest.mark.parametrize(
    "term", ["a term of more than five words in it {}", "Stock {}, Rotation", "Keywords: x{}", "{} characters total"]
)
def test_what_is_no_keyword_in_a_text_is_none_in_a_form(term: str) -> None:
    reading = DOMAINS["ats_keywords"].read(json.dumps({"keywords": [term.format(number) for number in range(20)]}))
    assert not reading.ok
    assert reading.answer is not None
    assert DOMAINS["ats_keywords"].read(str(reading.answer)).answer == reading.answer
