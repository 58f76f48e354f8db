from __future__ import annotations

import json
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from langchain_careerv2.chat.messages import chat_prompt
from langchain_careerv2.chat.schemas import instruction, mismatches
from langchain_careerv2.chat.toolcalls import Call, Reader, seed
from langchain_careerv2.chatml import render
from langchain_careerv2.domains import DOMAINS
from langchain_careerv2.prompts import domain_prompt
from langchain_careerv2.serving.offline import ENGINE_NAME, OfflineEngine


def tool(name: str, description: str = "", **properties: Any) -> dict[str, Any]:
    parameters = {"type": "object", "properties": properties, "required": list(properties)}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


TEXT, INTEGER = {"type": "string"}, {"type": "integer"}
TOOLS = [
    tool("jobSearch", "Looks for open positions", city=TEXT),
    tool("convert_currency", "Converts an amount of money", amount={"type": "number"}, into=TEXT),
]


def write(prompt: str, max_tokens: int = 500) -> str:
    return OfflineEngine().complete(prompt, max_tokens).text


def call(question: str, tools: list[dict[str, Any]], forced: str | None = "") -> Call:
    """The one call with which a question is answered; `forced` begins it in the prompt."""
    begun = "" if forced == "" else seed(forced)
    reader = Reader([each["function"]["name"] for each in tools], begun)
    answer = write(chat_prompt([HumanMessage(question)], tools=tools, seed=begun))
    (found,) = [*reader.feed(answer), *reader.end()]
    assert isinstance(found, Call)
    return found


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Any open positions in New York?", Call("jobSearch", {"city": "New York"})),
        ("A job search for Ulm, please", Call("jobSearch", {"city": "Ulm"})),
        ("How much money is 12.5 'EUR'?", Call("convert_currency", {"amount": 12.5, "into": "EUR"})),
    ],
)
def test_the_tool_that_shares_most_words_is_called(question: str, wanted: Call) -> None:
    assert call(question, TOOLS) == wanted


def test_a_question_that_shares_no_word_gets_what_it_gets_without_tools() -> None:
    for question in ("Is it so?", "Improve my resume"):
        with_tools = write(chat_prompt([HumanMessage(question)], tools=TOOLS))
        assert with_tools.startswith(ENGINE_NAME) == write(question).startswith(ENGINE_NAME)
        assert "<tool_call>" not in with_tools


@pytest.mark.parametrize(
    ("forced", "name"), [(None, "jobSearch"), ("convert_currency", "convert_currency"), ("jobSearch", "jobSearch")]
)
def test_a_call_that_the_prompt_begins_is_ended(forced: str | None, name: str) -> None:
    assert call("Hello!", TOOLS, forced).name == name
    assert call("How much money?", TOOLS, None).name == "convert_currency"


@pytest.mark.parametrize(
    ("schema", "question", "wanted"),
    [
        ({"enum": ["junior", "senior"]}, "A Senior nurse", "senior"),
        ({"enum": ["junior", "senior"]}, "A nurse", "junior"),
        ({"const": 7}, "A nurse", 7),
        (INTEGER, "I have 12 years", 12),
        (INTEGER, "Between 3.7 and 9", 3),
        (INTEGER, "None", 0),
        (INTEGER | {"minimum": 5}, "Only 3", 5),
        (INTEGER | {"exclusiveMinimum": 5}, "Only 3", 6),
        (INTEGER | {"exclusiveMaximum": 5}, "All 30", 4),
        ({"type": "number"}, "About -2.5 degrees", -2.5),
        ({"type": "boolean"}, "Remote work", True),
        ({"type": "boolean"}, "No remote work", False),
        (TEXT, "Say 'good day' to Jo's team", "good day"),
        (TEXT, "Say good day", "Say good day"),
        (TEXT | {"maxLength": 3}, "Say good day", "Say"),
        (TEXT | {"minLength": 5}, "Hi", "Hi..."),
        ({"type": "array", "items": TEXT}, "'a' or \"b\"", ["a", "b"]),
        ({"type": "array", "items": INTEGER}, "1, 2 and 3", [1, 2, 3]),
        ({"type": "array", "items": INTEGER, "minItems": 2}, "5", [5, 5]),
        ({"type": "array", "items": INTEGER, "maxItems": 1}, "5 6", [5]),
        ({"type": ["null", "integer"]}, "5", 5),
        ({"anyOf": [{"type": "null"}, INTEGER]}, "5", 5),
        ({"type": "object", "properties": {"b": INTEGER, "c": INTEGER}, "required": ["b"]}, "5 6", {"b": 5}),
        ({"$ref": "#/$defs/n"}, "5", 5),
    ],
)
def test_arguments_are_copied_out_of_the_question_by_their_schema(schema: Any, question: str, wanted: Any) -> None:
    asked = {"type": "object", "properties": {"a": schema}, "required": ["a"], "$defs": {"n": INTEGER}}
    function = {"type": "function", "function": {"name": "f", "parameters": asked}}
    assert call(question, [function], "f").arguments == {"a": wanted}
    assert [*mismatches({"a": wanted}, asked)] == []
    as_json = write(chat_prompt([HumanMessage(question)], instruction=instruction(asked)))
    assert json.loads(as_json) == {"a": wanted}


def test_documents_go_to_the_properties_that_are_named_like_them() -> None:
    found = call(
        "Compare:\nResume: SQL, 3 years\nJob: dbt", [tool("compare", "", resume=TEXT, job_description=TEXT, note=TEXT)]
    )
    assert found.arguments is not None
    assert (found.arguments["resume"], found.arguments["job_description"]) == ("SQL, 3 years", "dbt")
    assert found.arguments["note"].startswith("Compare:")


def test_a_tools_result_is_repeated_by_name_and_a_new_question_is_asked_anew() -> None:
    messages: list[BaseMessage] = [
        HumanMessage("Open positions in Ulm?"),
        AIMessage("", tool_calls=[{"name": "jobSearch", "args": {"city": name}, "id": name} for name in ("a", "b")]),
        ToolMessage("3 jobs", tool_call_id="a"),
        ToolMessage("no more", tool_call_id="b"),
    ]
    answer = write(chat_prompt(messages, tools=TOOLS))
    assert "3 jobs" in answer
    assert "no more" in answer
    assert answer.endswith(ENGINE_NAME)
    assert write(chat_prompt(messages)) == answer
    assert "<tool_call>" in write(chat_prompt([*messages, HumanMessage("Open positions in Bern?")], tools=TOOLS))


def test_json_is_written_with_the_keys_that_a_question_quotes() -> None:
    question = "Who is it? Answer as JSON with the keys 'name' and \"town\", not with other keys."
    assert json.loads(write(render("Be brief.", question))) == {"name": question, "town": question}


def test_a_domains_prompt_stays_the_domains_and_a_system_turn_may_say_anything() -> None:
    for domain in DOMAINS.values():
        prompt = domain_prompt(domain).format(request="Nurse; JSON with keys 'a' and 'b'")
        assert domain.read(write(prompt)).ok
    for said in (instruction({})[:-2], "# Tools\n<tools>\n{no JSON}\n</tools>"):
        assert write(chat_prompt([SystemMessage(said), HumanMessage("Hello")])).startswith(ENGINE_NAME)


def test_tokens_cut_a_call_too() -> None:
    prompt = chat_prompt([HumanMessage("Open positions?")], tools=TOOLS)
    assert write(prompt).startswith(write(prompt, 5))
    assert OfflineEngine().complete(prompt, 5).finish_reason == "length"
