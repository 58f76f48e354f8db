from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_careerv2.chat.toolcalls import Call, Reader, call_text, inert_json, seed

NAMES = ("find", "add")
FIND = Call("find", {"q": "x"})
JSON = '{"name": "find", "arguments": {"q": "x"}}'


def read(pieces: list[str], begun: str = "", names: tuple[str, ...] = NAMES) -> tuple[str, list[Call]]:
    """The text and the calls of an answer that comes in pieces."""
    reader = Reader(names, begun)
    parts = [part for piece in pieces for part in reader.feed(piece)] + [*reader.end()]
    return "".join(part for part in parts if isinstance(part, str)), [part for part in parts if isinstance(part, Call)]


def bad(raw: str, name: str = "find") -> Call:
    return Call(name, None, raw, "the call is no JSON object with a name and arguments")


ANSWERS: dict[str, tuple[str, str, list[Call]]] = {
    "text": ("Hello <there>\n", "Hello <there>\n", []),
    "text that begins like a tag": ("a <tool_cat> <tool_ca", "a <tool_cat> <tool_ca", []),
    "a call": (f"<tool_call>\n{JSON}\n</tool_call>", "", [FIND]),
    "words before it": (f"\nLet me see.\n\n<tool_call>\n{JSON}\n</tool_call>\n", "\nLet me see.", [FIND]),
    "words around it": (f"One. <tool_call>{JSON}</tool_call>\n Two. ", "One.\nTwo. ", [FIND]),
    "words behind it": (f"<tool_call>{JSON}</tool_call>\nTwo.", "Two.", [FIND]),
    "several calls": (f"<tool_call>{JSON}</tool_call>\n<tool_call>\n{JSON}\n</tool_call>", "", [FIND, FIND]),
    "several in one pair of tags": (f"<tool_call>{JSON}\n{JSON}</tool_call>", "", [FIND, FIND]),
    "no closing tag": (f"a <tool_call>\n{JSON}", "a", [FIND]),
    "no closing tag between": (f"<tool_call>{JSON}<tool_call>{JSON}</tool_call>", "", [FIND, FIND]),
    "no closing tag, and words": (f"<tool_call>{JSON}\nThat is all.", "That is all.", [FIND]),
    "the last brace is missing": ('<tool_call>{"name": "find", "arguments": {"q": "x"}\n</tool_call>', "", [FIND]),
    "arguments as a string": (
        '<tool_call>{"name": "find", "arguments": "{\\"q\\": \\"x\\"}"}</tool_call>',
        "",
        [FIND],
    ),
    "no arguments": ('<tool_call>{"name": "find"}</tool_call>', "", [Call("find", {})]),
    "another tool's name": ('<tool_call>{"name": "fly", "arguments": {}}</tool_call>', "", [Call("fly", {})]),
    "a line end in a string": (
        '<tool_call>{"name": "find", "arguments": {"q": "x\ny"}}</tool_call>',
        "",
        [Call("find", {"q": "x\ny"})],
    ),
    "cut off": (
        'a <tool_call>\n{"name": "find", "arguments": {"q": "x',
        "a",
        [bad('<tool_call>\n{"name": "find", "arguments": {"q": "x')],
    ),
    "cut off in the second": (
        f"<tool_call>{JSON}</tool_call><tool_call>{JSON[:20]}",
        "",
        [FIND, bad(f"<tool_call>{JSON[:20]}")],
    ),
    "no JSON": ("<tool_call>find(x)</tool_call>", "", [bad("<tool_call>find(x)</tool_call>", "")]),
    "one brace too many": (f"<tool_call>{JSON}}}</tool_call>", "", [bad(f"<tool_call>{JSON}}}</tool_call>")]),
    "arguments that are a list": (
        '<tool_call>{"name": "find", "arguments": [1]}</tool_call>',
        "",
        [bad('<tool_call>{"name": "find", "arguments": [1]}</tool_call>')],
    ),
    "nothing in the tags": ("<tool_call></tool_call>", "", [bad("<tool_call></tool_call>", "")]),
    "nothing behind the tag": ("<tool_call>", "", [bad("<tool_call>", "")]),
    "without tags": (f"\n{JSON}\n", "", [FIND]),
    "several without tags, and words": (f"{JSON}\n{JSON}\nThere.", "There.", [FIND, FIND]),
    "with and without tags": (f"{JSON}\n<tool_call>{JSON}</tool_call>", "", [FIND, FIND]),
    "without tags, cut off": (JSON[:-4], "", [bad(f"<tool_call>{JSON[:-4]}")]),
    "parameters": ('<tool_call>{"name": "find", "parameters": {"q": "x"}}</tool_call>', "", [FIND]),
    "args, without tags": ('{"name": "find", "args": {"q": "x"}}', "", [FIND]),
    "arguments of no name": (
        '<tool_call>{"name": "find", "q": "x"}</tool_call>',
        "",
        [bad('<tool_call>{"name": "find", "q": "x"}</tool_call>')],
    ),
    "cut off before the arguments": ('<tool_call>{"name": "find"', "", [bad('<tool_call>{"name": "find"')]),
    "an opening tag that closes": (f"<tool_call>{JSON}\n<tool_call>\n", "", [FIND]),
    "a doubled opening tag": (f"<tool_call>\n<tool_call>\n{JSON}\n</tool_call>", "", [FIND]),
    "a stray closing tag": (f"a <tool_call>{JSON}</tool_call>\n</tool_call>\nTwo.", "a\nTwo.", [FIND]),
    "a closing tag alone": ("One. </tool_call> Two.", "One.\nTwo.", []),
    "a fence in the tags": (f"<tool_call>\n```json\n{JSON}\n```\n</tool_call>", "", [FIND]),
    "commas behind the last": (
        '<tool_call>{"name": "find", "arguments": {"q": ",}", "n": [1, ], },}</tool_call>',
        "",
        [Call("find", {"q": ",}", "n": [1]})],
    ),
    "a fence without tags": (f"```json\n{JSON}\n```\nThere.", "There.", [FIND]),
    "a fence of something else": ("```\nx = 1\n```", "```\nx = 1\n```", []),
    "a fence that is cut": ("``", "``", []),
    "a number that nothing can keep": (
        f'<tool_call>{{"name": "find", "arguments": {{"n": {2**64}}}}}</tool_call>',
        "",
        [bad(f'<tool_call>{{"name": "find", "arguments": {{"n": {2**64}}}}}</tool_call>')],
    ),
    "nesting that nothing can keep": (
        f'<tool_call>{{"name": "find", "arguments": {{"n": {"[" * 101}{"]" * 101}}}}}</tool_call>',
        "",
        [bad(f'<tool_call>{{"name": "find", "arguments": {{"n": {"[" * 101}{"]" * 101}}}}}</tool_call>')],
    ),
    "half a character": (
        '<tool_call>{"name": "find", "arguments": {"q": ["\\ud800x"]}}</tool_call>',
        "",
        [Call("find", {"q": ["\ufffdx"]})],
    ),
    "JSON that is no call": ('{"name": "Jo", "arguments": 3} yes', '{"name": "Jo", "arguments": 3} yes', []),
    "JSON of another name": ('{"name": "fly", "arguments": {}}', '{"name": "fly", "arguments": {}}', []),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_taken_apart_the_same_way_wherever_it_is_cut(name: str) -> None:
    answer, text, calls = ANSWERS[name]
    assert read([answer]) == (text, calls)
    assert read([*answer]) == (text, calls)
    for cut in range(len(answer) + 1):
        assert read([answer[:cut], answer[cut:]]) == (text, calls), cut


PARTS = [
    "<tool_call>",
    "</tool_call>",
    JSON,
    JSON[:-1],
    JSON[:25],
    "}",
    " \n",
    "Words.",
    "<",
    "</tool",
    "{",
    '"',
    "`",
    "```json\n",
    ",}",
]


@given(st.lists(st.sampled_from(PARTS), max_size=7).map("".join), st.data())
def test_cuts_never_matter(answer: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(answer)), max_size=5)))
    pieces = [answer[start:end] for start, end in zip([0, *cuts], [*cuts, len(answer)], strict=True)]
    assert read(pieces) == read([answer])


@given(st.text(alphabet="<tool_ca/> \n{}x", max_size=40))
def test_text_without_tools_is_left_as_it_is(answer: str) -> None:
    assert read([answer], names=()) == (answer, [])


@pytest.mark.parametrize(
    ("name", "rest"),
    [
        (None, 'find", "arguments": {"q": "x"}}\n</tool_call>'),
        ("find", '{"q": "x"}}\n</tool_call>'),
        ("find", JSON + "\n</tool_call>"),  # repeated
        ("find", f"<tool_call>\n{JSON}\n</tool_call>"),
        (None, f"<tool_call>\n{JSON}\n</tool_call>"),
        ("find", '{"q": "x"}'),  # all that a decoder lets through that is held to the arguments' schema
    ],
)
def test_a_call_that_the_prompt_began_is_whole_with_its_beginning(name: str | None, rest: str) -> None:
    for cut in range(len(rest) + 1):
        assert read([rest[:cut], rest[cut:]], seed(name)) == ("", [FIND])


def test_arguments_that_were_cut_off_are_not_completed() -> None:
    for cut in range(len('{"q": {"a": 1}}')):
        (call,) = read(['{"q": {"a": 1}}'[:cut]], seed("find"))[1]
        assert call.arguments is None, cut


def test_text_comes_as_soon_as_it_is_no_call() -> None:
    reader = Reader(NAMES)
    pieces = [list(reader.feed(piece)) for piece in ("Hel", "lo <", "b> ", "<tool_", "x")]
    assert pieces == [["Hel"], ["lo"], [" <b>"], [], [" <tool_x"]]


@given(st.dictionaries(st.text(max_size=5), st.recursive(st.text(), lambda inner: st.lists(inner, max_size=2))))
def test_what_is_rendered_is_one_call_again(arguments: dict[str, Any]) -> None:
    (call,) = read([call_text("find", arguments)])[1]
    assert call == Call("find", json.loads(inert_json(arguments)))
