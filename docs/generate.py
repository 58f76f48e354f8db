"""Writes docs/reference.md from the code; `--check` only says whether it is up to date."""

from __future__ import annotations

import sys
from pathlib import Path

from langchain_careerv2 import errors
from langchain_careerv2.domains import DOMAINS
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
        for issue in domain.read("").issues:
            rows.append((f"`{domain.name}`", f"`{issue.code}`", issue.expected, domain.clarifiers[issue.code]))
    return table(*rows)


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
        "\n## Errors\n",
        "All but `RequestError` are `EndpointError`s, and all but `ConfigurationError` and `RequestError` belong to\n"
        "langchain-core's `ModelError` family. `ContractError` is an `OutputParserException`.\n",
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
