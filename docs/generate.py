"""Writes docs/reference.md from the code; `--check` only says whether it is up to date."""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path
from typing import Any, get_args

from langchain_careerv2 import errors, streaming
from langchain_careerv2.domains import DOMAINS
from langchain_careerv2.domains._base import GROUNDED, NOT_COPIED
from langchain_careerv2.domains._forms import PROOF
from langchain_careerv2.ledger import Attempt, Ledger
from langchain_careerv2.outcomes import Outcome
from langchain_careerv2.runpod import protocol
from langchain_careerv2.runpod.shapes import shapes

PATH = Path(__file__).with_name("reference.md")

HEAD = """\
# Reference

Written by `make docs` from the code; do not edit.
"""


def table(*rows: tuple[str, ...]) -> str:
    """A Markdown table; the first row is its head."""
    head, *body = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, "|" + " --- |" * len(rows[0]), *body])


def domains() -> str:
    """What each domain asks for and returns."""
    rows = [("domain", "answer", "fields", "seed", "max_tokens", "target")]
    for domain in DOMAINS.values():
        fields = ", ".join(f"`{name}`" for name in domain.answer_type.model_fields)
        seed = f"`{domain.seed}`" if domain.seed else "none"
        rows.append(
            (
                f"`{domain.name}`",
                f"`{domain.answer_type.__name__}`",
                fields,
                seed,
                str(domain.max_tokens),
                f"{domain.target:.0%}",
            )
        )
    return table(*rows)


def contracts() -> str:
    """The codes of each domain, what passes, and what a re-ask adds to the request."""
    rows = [("domain", "code", "expected", "a re-ask adds")]
    for domain in DOMAINS.values():
        expected = {issue.code: issue.expected for issue in domain.read("").issues}
        expected |= {"exemplar": NOT_COPIED, "ungrounded": GROUNDED} if domain.claims else {}
        for code, text in expected.items():
            rows.append((f"`{domain.name}`", f"`{code}`", text, domain.clarifiers[code]))
    return table(*rows)


def answers() -> str:
    """The fields of each answer, as its `model_json_schema()` has them."""
    rows = [("answer", "field", "JSON")]
    for domain in DOMAINS.values():
        schema = domain.answer_type.model_json_schema()
        for name, field in schema["properties"].items():
            rows.append((f"`{domain.answer_type.__name__}`", f"`{name}`", kind(field, schema.get("$defs", {}))))
    return table(*rows)


def kind(field: dict[str, Any], definitions: dict[str, Any]) -> str:
    """A JSON schema in a few words."""
    if "$ref" in field:
        inner = definitions[field["$ref"].rpartition("/")[2]]["properties"]
        return f"object of {', '.join(f'`{name}`: {kind(each, definitions)}' for name, each in inner.items())}"
    if "anyOf" in field:
        return " or ".join(kind(each, definitions) for each in field["anyOf"])
    if "enum" in field:
        return " or ".join(f"`{name}`" for name in field["enum"])
    if field["type"] == "array":
        return f"list of {kind(field['items'], definitions)}"
    if "additionalProperties" in field:
        return f"object of {kind(field['additionalProperties'], definitions)}"
    bounds = f" from {field['minimum']:g} to {field['maximum']:g}" if "minimum" in field else ""
    return f"{field['type']}{bounds}"


def fields(kind: type) -> str:
    """The attributes of a class, as its docstring has them."""
    attributes = (inspect.getdoc(kind) or "").partition("Attributes:")[2]
    found = re.findall(r"^    (\w+): (.*(?:\n {8}\S.*)*)", attributes, re.MULTILINE)
    return table((f"`{kind.__name__}`", ""), *((f"`{name}`", " ".join(told.split())) for name, told in found)) + "\n"


def forms() -> str:
    """What the schema of each domain's JSON form holds."""
    rows = [("domain", "keys", "tokens at most")]
    for domain in DOMAINS.values():
        keys = ", ".join(
            f"`{name}`: {held(each)}" for name, each in domain.schema["properties"].items() if name != PROOF
        )
        rows.append((f"`{domain.name}`", keys, str(domain.form_tokens)))
    return table(*rows)


def held(schema: dict[str, Any]) -> str:
    """What a key of a form holds."""
    if "anyOf" in schema:
        return f"{held(schema['anyOf'][0])} or None"
    if schema["type"] == "array":
        return f"{schema['minItems']} lines"
    return "a line" if schema["type"] == "string" else f"{schema['enum'][0]} to {schema['enum'][-1]}"


OPERATIONS = {
    "run": protocol.run({}),
    "runsync": protocol.runsync({}, 1),
    "status": protocol.status("JOB"),
    "status_sync": protocol.status_sync("JOB", 30),
    "stream": protocol.stream("JOB"),
    "cancel": protocol.cancel("JOB"),
    "retry": protocol.retry("JOB"),
    "purge_queue": protocol.purge_queue(),
    "health": protocol.health(),
    "create_batch": protocol.create_batch(),
    "append_batch": protocol.append_batch("BATCH", []),
    "finalize_batch": protocol.finalize_batch("BATCH"),
    "cancel_batch": protocol.cancel_batch("BATCH"),
    "batch_status": protocol.batch_status("BATCH"),
    "batch_results": protocol.batch_results("BATCH"),
}


def operations() -> str:
    """RunPod's operations."""
    rows = [("operation", "call", "what it does")]
    for name, call in OPERATIONS.items():
        summary = (getattr(protocol, name).__doc__ or "").partition("\n")[0]
        rows.append((f"`{name}`", f"`{call.method} {call.path}`", summary))
    return table(*rows)


def worker_shapes() -> str:
    """The shapes of answers, and what they are read as."""
    rows = [("row", "shape", "read as")]
    for shape in shapes().values():
        said = ["text"] + ["usage"] * shape.usage + ["finish reason"] * bool(shape.finish)
        text = "no text" if shape.text == "" else ", ".join(said)
        rows.append((shape.row, shape.name, f"`{shape.raises}`" if shape.raises else text))
    return table(*rows)


def failures() -> str:
    """The typed errors."""
    rows = [("error", "what happened", "retryable")]
    for name in errors.__all__:
        leaf = getattr(errors, name)
        summary = (leaf.__doc__ or "").partition("\n")[0]
        rows.append((f"`{name}`", summary, "yes" if getattr(leaf, "is_retryable", False) else "no"))
    return table(*rows)


def render() -> str:
    """The whole page."""
    parts = (
        HEAD,
        "## Domains\n",
        domains(),
        "\n## Contracts\n",
        "The gate stands in brackets, or is the expectation itself: an answer that fails it is rejected and asked for\n"
        "again. An answer that passes the gate but is short of the expectation is accepted; the issue is reported.\n",
        contracts(),
        "\nIssue codes are the guide's. `Domain.read(text, lens=...)`, the parser and the chain judge through a lens:\n"
        "`default` rejects at the gate, `strict` at the whole contract, `reference` as the guide's printed validators\n"
        "do: it has them for resumes and job descriptions, and takes all else.\n",
        "`exemplar` and `ungrounded` need `Domain.read(text, request=...)`, as a chain calls it. A copy of six\n"
        "words or eight keywords in a row of an example is rejected. `answer.ungrounded` lists what the request\n"
        "lacks: names from a table or known by their form, numbers and quotes, of bullets, matches, gaps and\n"
        "keywords, never of next steps. Keywords for a request without facts are suggestions, listed without an\n"
        "issue; facts are what stands below a document's label, such as `Resume:`, or 40 words.\n",
        "\n## Ledger\n",
        "What a chain tried: `result['ledger']`, `generate(...).ledger`, `ContractError.ledger`. `summary()` is JSON\n"
        "without any text, and the metadata of the step `ledger` in a trace.\n",
        fields(Ledger),
        fields(Attempt),
        "\n## Events of a stream\n",
        "What `career_stream` yields, in `langchain_careerv2.streaming`. `applied(text, event)` keeps the text.\n",
        *(fields(event) for event in get_args(streaming.Event)),
        "\n## Outcomes of a tool\n",
        "The artifact of a tool's message; the message is `outcome.content`.\n",
        fields(Outcome),
        "\n## Answers\n",
        "`str(answer)` is Markdown that reads back as the same answer. `answer.reading` has the raw text, the issues\n"
        "and the spans: `reading.raw[slice(*reading.spans['keywords.0'])]`. `model_json_schema()` gives the schema.\n",
        answers(),
        "\n## JSON forms\n",
        "What a chain asks for where text failed. `DOMAINS[name].schema` is the JSON schema: every line has bounds,\n"
        "and the first lines of a list begin with words or letters of their own, so that they differ. A further key,\n"
        "`form`, is told to the decoder alone: an answer that has it and fits the schema was held to it\n"
        "(`attempt.constrained`).\n",
        forms(),
        "\n## Errors\n",
        "Those of an endpoint are `EndpointError`s, and all but `ConfigurationError` belong to langchain-core's\n"
        "`ModelError` family. `RequestError` and the `DocumentError`s are `ValueError`s, `ContractError` is an\n"
        "`OutputParserException`.\n",
        failures(),
        "\n## Operations\n",
        "`drive(request(health()), endpoint)` runs one, `adrive` in an event loop; `endpoint` is an `Endpoint`.\n"
        "`Endpoint` is in `langchain_careerv2.runpod.endpoint` and takes an id and the key as a pydantic `SecretStr`.\n"
        "They stand in `langchain_careerv2.runpod.protocol`, whole answers made of them in `jobs`, the drivers in\n"
        "`client` and `aclient`. `CareerV2LLM` does all this.\n",
        operations(),
        "\n## Shapes of answers\n",
        "Each is a literal in `runpod/shapes.json`, which the decoder is tested on and the local endpoint answers in:\n"
        "`LocalEndpoint(shape=...)` takes `vllm`, `legacy`, `handler`, or a row that is no error.\n",
        worker_shapes(),
    )
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if PATH.read_text(encoding="utf-8") == render() else "docs/reference.md is out of date: make docs")
    PATH.write_text(render(), encoding="utf-8")
