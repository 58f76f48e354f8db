"""The commands. Exit codes: 0 accepted, 1 contract failed, 2 wrong use, 3 the endpoint gave no answer, 4 blocked."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markdown import Markdown

from langchain_careerv2 import __version__
from langchain_careerv2.assistant import Reply, career_assistant
from langchain_careerv2.chains import Fit, Generated, JsonFirst, generate
from langchain_careerv2.cli import demo as demonstration
from langchain_careerv2.documents import load_document
from langchain_careerv2.domains import DOMAINS, Answer, Lens
from langchain_careerv2.errors import ConfigurationError, DocumentError, EndpointError, RequestError
from langchain_careerv2.gates import Blocked
from langchain_careerv2.llms import CareerV2LLM
from langchain_careerv2.output_parsers import ContractError
from langchain_careerv2.prompts import domain_prompt
from langchain_careerv2.serving.faults import Faults
from langchain_careerv2.serving.handler import Handler as GuidesHandler
from langchain_careerv2.serving.local import LocalEndpoint
from langchain_careerv2.serving.offline import ENGINE_NAME, OfflineEngine
from langchain_careerv2.serving.upstream import Upstream
from langchain_careerv2.wired import MAX_TIMEOUT

app = typer.Typer(
    help="Checked, typed career and HR answers from a ChatML model on RunPod.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # rich tracebacks print local variables, and a key can be one
    rich_markup_mode=None,
    add_completion=False,
)
out = Console(highlight=False)
err = Console(stderr=True, highlight=False, soft_wrap=True)

REJECTED, MISUSED, UNANSWERED, BLOCKED = 1, 2, 3, 4

DomainName = Annotated[str, typer.Argument(help=f"One of: {', '.join(DOMAINS)}.", metavar="DOMAIN")]
Request = Annotated[str, typer.Argument(help="The question; - reads it from standard input.", metavar="REQUEST")]
Words = Annotated[
    str,
    typer.Argument(help="The question; - reads it from standard input. Not needed with a document.", metavar="REQUEST"),
]
Resume = Annotated[
    Path | None, typer.Option("--resume", help="A resume as PDF, DOCX, TXT, MD or HTML.", metavar="FILE")
]
JobAd = Annotated[Path | None, typer.Option("--jd", help="A job description as such a file.", metavar="FILE")]
FitOption = Annotated[Fit, typer.Option("--fit", help="What becomes of what does not fit the model's context.")]
Offline = Annotated[bool, typer.Option("--offline", help="Use the embedded endpoint; its rules are no language model.")]
Handler = Annotated[bool, typer.Option("--handler", help="The endpoint is the handler, with validation and gates.")]
Timeout = Annotated[
    float | None, typer.Option(help="Seconds for each call, cold start included.", min=1, max=MAX_TIMEOUT)
]
DefectRate = Annotated[float, typer.Option(help="Share of offline answers with a planted defect.", min=0, max=1)]
CsvPath = Annotated[Path, typer.Option("--out", help="Where the suite's rows go.")]


def _show_version(value: bool) -> None:
    if value:
        out.print(__version__)
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show it.")] = False,
) -> None:
    """Checked, typed career and HR answers from a ChatML model on RunPod."""


@contextmanager
def _failures() -> Iterator[None]:
    """Turns the package's errors into one line and an exit code."""
    try:
        yield
    except ConfigurationError as error:
        err.print(f"error: {error}; or try --offline", markup=False)
        raise typer.Exit(MISUSED) from None
    except (RequestError, DocumentError, OSError) as error:
        err.print(f"error: {error}", markup=False)
        raise typer.Exit(MISUSED) from None
    except EndpointError as error:
        err.print(f"error: {type(error).__name__}: {error}", markup=False)
        raise typer.Exit(UNANSWERED) from None


@contextmanager
def _model(offline: bool, defect_rate: float, settings: dict[str, Any]) -> Iterator[CareerV2LLM]:
    """The configured model, or one on an embedded endpoint for as long as the block runs."""
    given = {name: value for name, value in settings.items() if value is not None}
    if not offline:
        yield CareerV2LLM(**given)
        return
    err.print(f"[offline] {ENGINE_NAME}", markup=False)
    with LocalEndpoint(OfflineEngine(defect_rate=defect_rate)) as endpoint:
        yield endpoint.llm(**{name: value for name, value in given.items() if name == "timeout"})


@app.command("generate")
def generate_command(
    domain: DomainName,
    request: Words = "",
    resume: Resume = None,
    jd: JobAd = None,
    fit: FitOption = "error",
    offline: Offline = False,
    defect_rate: DefectRate = 0.0,
    endpoint_id: Annotated[str | None, typer.Option(help="Default: RUNPOD_ENDPOINT_ID or ENDPOINT_ID.")] = None,
    handler: Handler = False,
    base_url: Annotated[str | None, typer.Option(help="For a proxy or a local endpoint.")] = None,
    timeout: Timeout = None,
    json_first: Annotated[JsonFirst, typer.Option(help="When to ask for JSON.")] = "fallback",
    lens: Annotated[Lens, typer.Option(help="What to judge by; reference: the guide's checks.")] = "default",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    raw: Annotated[bool, typer.Option("--raw", help="Print the model's text as it came, with the seed.")] = False,
) -> None:
    """Ask for one checked answer.

    The key comes from RUNPOD_API_KEY or API_KEY. Exit codes: 0 accepted, 1 rejected, 2 wrong use, 3 no answer.
    """
    with _failures():
        settings = {"endpoint_id": endpoint_id, "handler": handler or None, "base_url": base_url, "timeout": timeout}
        with _model(offline, defect_rate, settings) as llm:
            asked = _asked(request, resume, jd)
            result = generate(domain, asked, llm=llm, json_first=json_first, lens=lens, fit=fit)
    if as_json:
        sys.stdout.write(f"{json.dumps(_plain(result), ensure_ascii=False, indent=2)}\n")
    elif raw:
        sys.stdout.write(f"{result.text}\n")
    else:
        _show(result)
    raise typer.Exit(0 if result.ok else REJECTED)


@app.command()
def assist(
    request: Words = "",
    resume: Resume = None,
    jd: JobAd = None,
    fit: FitOption = "error",
    offline: Offline = False,
    endpoint_id: Annotated[str | None, typer.Option(help="Default: RUNPOD_ENDPOINT_ID or ENDPOINT_ID.")] = None,
    handler: Handler = False,
    base_url: Annotated[str | None, typer.Option(help="For a proxy or a local endpoint.")] = None,
    timeout: Timeout = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Ask anything: it is gated, given to the domain that it is about, and checked.

    Exit codes: 0 answered, 1 rejected, 2 wrong use, 3 no answer, 4 blocked: pay figures and facts of the labour market.
    """
    with _failures():
        settings = {"endpoint_id": endpoint_id, "handler": handler or None, "base_url": base_url, "timeout": timeout}
        with _model(offline, 0.0, settings) as llm:
            try:
                result = career_assistant(llm, fit=fit).invoke(_asked(request, resume, jd))
            except ContractError as error:
                err.print(f"rejected: {error}", markup=False)
                raise typer.Exit(REJECTED) from None
    if as_json:
        sys.stdout.write(f"{json.dumps(_told(result), ensure_ascii=False, indent=2)}\n")
    else:
        out.print(Markdown(str(result)))
        err.print(_why(result), markup=False)
    raise typer.Exit(BLOCKED if isinstance(result, Blocked) else 0)


@app.command()
def doctor(
    endpoint_id: Annotated[str | None, typer.Option(help="Default: RUNPOD_ENDPOINT_ID or ENDPOINT_ID.")] = None,
    handler: Handler = False,
    base_url: Annotated[str | None, typer.Option(help="For a proxy or a local endpoint.")] = None,
    timeout: Timeout = None,
    offline: Offline = False,
) -> None:
    """Check the configuration, the endpoint's health, and how it is held to a JSON schema.

    It asks for one to three answers of a few tokens. Exit codes: 0 well, 2 wrong use, 3 no answer.
    """
    with _failures():
        settings = {"endpoint_id": endpoint_id, "handler": handler or None, "base_url": base_url, "timeout": timeout}
        with _model(offline, 0.0, settings) as llm:
            out.print(f"endpoint  {llm.base_url}/{llm.endpoint_id}, a key is set", markup=False, soft_wrap=True)
            for name, counts in llm.health().items():
                told = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
                out.print(f"{name:9} {told or 'none'}", markup=False)
            found = llm.probe()
    for dialect, verdict in found.verdicts.items():
        out.print(f"{dialect}: {verdict}", markup=False)
    kept = "held to the schema" if found.dialect != "none" else "asked for in the prompt alone"
    out.print(f"JSON is {kept} (dialect {found.dialect})", markup=False)


@app.command()
def prompt(domain: DomainName, request: Request) -> None:
    """Print the exact ChatML of a request, before personal data in it is hidden."""
    with _failures():
        sys.stdout.write(f"{domain_prompt(domain).format(request=_text(request))}\n")


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="The port on 127.0.0.1; 0 takes a free one.", min=0, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(help="Jobs at once.", min=0)] = 4,
    latency: Annotated[float, typer.Option(help="Seconds that each job takes before its first token.", min=0)] = 0.0,
    token_latency: Annotated[float, typer.Option(help="Seconds that each token takes.", min=0)] = 0.0,
    cold_start: Annotated[float, typer.Option(help="Seconds that each worker needs to come up.", min=0)] = 0.0,
    shape: Annotated[str, typer.Option(help="Answer as vllm, legacy or handler, or in one row of the table.")] = "vllm",
    fault_rate: Annotated[float, typer.Option(help="Share of requests and jobs that go wrong.", min=0, max=1)] = 0.0,
    defect_rate: DefectRate = 0.0,
    upstream: Annotated[str, typer.Option(help="A model server with OpenAI's API, behind the handler's gates.")] = "",
    model: Annotated[str, typer.Option(help="The model's name on the upstream.")] = "",
    stream: Annotated[bool, typer.Option("--stream", help="Answer from the upstream in pieces.")] = False,
) -> None:
    """Serve the local endpoint until Ctrl-C.

    It speaks RunPod's API on loopback. What it answers is written by rules, not by a language model, unless --upstream
    names one, such as vLLM's, llama.cpp's or Ollama's server; its key, if it has one, is read from UPSTREAM_API_KEY.
    """
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    options: dict[str, Any] = {"shape": shape}
    told = f"{ENGINE_NAME}; from another shell:"
    if upstream or model or stream:
        options = _upstream(upstream, model, stream, given=shape != "vllm" or bool(token_latency or defect_rate))
        told = f"{model} at {upstream}, behind the handler's gates: the answers are that model's; from another shell:"
    try:
        served = LocalEndpoint(
            OfflineEngine(defect_rate=defect_rate),
            workers=workers,
            latency=latency,
            token_latency=token_latency,
            cold_start=cold_start,
            faults=Faults.mix(fault_rate),
            port=port,
            **options,
        )
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--shape") from None
    try:
        with served as endpoint:
            typer.echo(told)
            ids = f"RUNPOD_ENDPOINT_ID={endpoint.endpoint_id} HANDLER_ENDPOINT_ID={endpoint.endpoint_id}"
            key = f"RUNPOD_API_KEY={endpoint.api_key}"
            typer.echo(f"export RUNPOD_ENDPOINT_BASE_URL={endpoint.base_url} {key} {ids}")
            typer.echo(f"careerv2 generate ats_keywords 'a data analyst'{' --handler' if upstream else ''}")
            while True:
                time.sleep(3600)
    except KeyboardInterrupt:
        err.print("stopped")
    except OSError as error:
        err.print(f"error: port {port} cannot be used: {error.strerror}; try --port 0", markup=False)
        raise typer.Exit(MISUSED) from None


def _upstream(url: str, model: str, stream: bool, *, given: bool) -> dict[str, Any]:
    """What the local endpoint is to be made with for a model server."""
    if not (url and model):
        raise typer.BadParameter("--upstream, --model and --stream go together: the first two are needed")
    if given:
        raise typer.BadParameter("--shape, --token-latency and --defect-rate are the rules' own: leave them out")
    try:
        handler = GuidesHandler(Upstream(url, model, os.environ.get("UPSTREAM_API_KEY", "")))
    except ConfigurationError as error:
        raise typer.BadParameter(str(error), param_hint="--upstream") from None
    return {"worker": handler.pieces if stream else handler.answer, "model": model}


@app.command()
def demo(
    count: Annotated[int, typer.Option(help="Prompts of the quality suite per domain.", min=1)] = 8,
    defect_rate: DefectRate = 0.5,
    seed: Annotated[int, typer.Option(help="Varies sentences and defects.")] = 1,
    csv_path: CsvPath = Path("eval_results_endpoint.csv"),
) -> None:
    """Run everything once without key or network.

    Starts the local endpoint, runs the five chains and a small quality suite, and writes its CSV.
    """
    if not csv_path.absolute().parent.is_dir() or csv_path.is_dir():
        raise typer.BadParameter(f"{csv_path} is no file in a folder that is there", param_hint="--out")
    with _failures():
        demonstration.run(out, OfflineEngine(seed=seed, defect_rate=defect_rate), count, csv_path)


def _text(request: str) -> str:
    return sys.stdin.buffer.read().decode("utf-8", "replace") if request == "-" else request


def _asked(request: str, resume: Path | None, jd: Path | None) -> str | dict[str, str]:
    """The request, with its documents where there are any."""
    files = {name: file for name, file in (("resume", resume), ("job_description", jd)) if file is not None}
    if not files:
        return _text(request)
    said = {"request": _text(request)} if request else {}
    return said | {name: load_document(file).page_content for name, file in files.items()}


def _show(result: Generated) -> None:
    if result.ok:
        out.print(Markdown(str(result.answer)))
    else:
        err.print("rejected: no attempt passed its contract; this is the best one:")
        out.print(result.text, markup=False)
    for issue in result.issues:
        err.print(f"{issue.severity}: {issue.message}", markup=False)
    if strange := result.ledger.best.reading.ungrounded:
        err.print(f"not in the request: {', '.join(strange)}", markup=False)
    err.print(f"{', '.join(attempt.rung for attempt in result.attempts)}: {result.usage.total_tokens} tokens")
    if result.ledger.flags:
        kinds = ", ".join(sorted({flag.kind for flag in result.ledger.flags}))
        err.print(f"suspicious in the request: {kinds}", markup=False)
    for cut in result.ledger.cuts:
        err.print(f"cut from {cut.document}: {cut.section or 'text'}, {cut.characters} characters", markup=False)
    if result.ledger.stopped:
        err.print(f"no further attempt: {result.ledger.stopped}", markup=False)


def _why(result: Answer | Blocked | Reply) -> str:
    """As what a request was taken, and by which rule."""
    if isinstance(result, Blocked):
        return f"blocked as {result.intent}: {result.rule}"
    return f"{result.route.label}: {result.route.rule}" if result.route else ""


def _told(result: Answer | Blocked | Reply) -> dict[str, Any]:
    """What an assistant gave, as JSON types."""
    kind = {"kind": type(result).__name__, "why": _why(result), "text": str(result)}
    if isinstance(result, Blocked):
        return kind
    answer = result.model_dump(mode="json") if isinstance(result, Answer) else None
    return {**kind, "answer": answer, "flags": [asdict(flag) for flag in result.flags]}


def _plain(result: Generated) -> dict[str, Any]:
    """The result as JSON types."""
    return {
        "ok": result.ok,
        "issues": [{**asdict(issue), "message": issue.message} for issue in result.issues],
        "ungrounded": result.ledger.best.reading.ungrounded,
        "text": result.text,
        "answer": result.answer.model_dump(mode="json") if result.answer else None,
        "attempts": [{**attempt.entry(), "text": attempt.reading.raw} for attempt in result.attempts],
        "usage": asdict(result.usage),
        "stopped": result.ledger.stopped,
        "flags": [asdict(flag) for flag in result.ledger.flags],
        "cuts": [cut._asdict() for cut in result.ledger.cuts],
    }
