"""The five domains as agent tools: an answer that passed its checks, or a refusal that an agent can act on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from langchain_core.callbacks import BaseCallbackManager
from langchain_core.messages import AIMessage
from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import patch_config
from langchain_core.tools import StructuredTool
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from langchain_careerv2.assistant import career_assistant
from langchain_careerv2.chains import Fit, JsonFirst
from langchain_careerv2.domains import DOMAINS, Lens
from langchain_careerv2.errors import ConfigurationError, EndpointError, RequestError
from langchain_careerv2.gates import Policy
from langchain_careerv2.generations import Model
from langchain_careerv2.outcomes import Outcome, refusal, refused, told
from langchain_careerv2.output_parsers import ContractError
from langchain_careerv2.privacy import Mode, Privacy

if TYPE_CHECKING:
    from langchain.agents.middleware import AgentMiddleware


class _Row(NamedTuple):
    """A tool: what it returns, when to use it, when not, and its arguments with what each is."""

    returns: str
    use: str
    avoid: str
    required: dict[str, str]
    optional: dict[str, str]


_RESUME = "The whole text of the resume, unchanged. Never a summary, a file name or a link."
_JOB = "The whole text of the job ad or job description, unchanged. Never a file name or a link."
_TASK = "What is wanted, as one full sentence with the facts that you know (role, level, skills, place), such as"
_TOOLS = {
    "resume_guidance": _Row(
        "6 to 8 resume bullets and a line of ATS keywords",
        "a person wants a resume written, rewritten or tuned for a role",
        "to compare a resume with one job (job_resume_match), or for keywords alone (ats_keywords)",
        {"request": f"{_TASK} 'Optimize my resume for a Senior Backend Engineer (Python, AWS)'."},
        {"resume": f"{_RESUME} Give it where there is one.", "job_description": f"The job aimed at. {_JOB}"},
    ),
    "job_description": _Row(
        "a job description with a summary, responsibilities and requirements",
        "an employer wants a job ad or job description written or rewritten",
        "to find jobs, or to judge a resume",
        {"request": f"{_TASK} 'Write a job description for a night shift nurse in a clinic'."},
        {"document": "Notes, a brief or an older job ad to work from: its whole text, unchanged."},
    ),
    "job_resume_match": _Row(
        "a score from 0 to 100 with matches, gaps and next steps",
        "there is the text of one resume and the text of one job",
        "where either text is missing: ask the user for it, and never make one up",
        {"resume": _RESUME, "job_description": _JOB},
        {"request": "What to look at, as one full sentence. Leave it out where the user asked for nothing special."},
    ),
    "recruiting_strategy": _Row(
        "a recruiting plan in steps, with channels, cadence and metrics",
        "an employer wants to know how to find and win candidates for a role",
        "for advice to somebody who looks for a job, or for facts about the labour market",
        {"request": f"{_TASK} 'Plan how to recruit two data engineers in Austin within 90 days'."},
        {"job_description": f"The job to fill. {_JOB}"},
    ),
    "ats_keywords": _Row(
        "20 to 40 keywords that an applicant tracking system looks for",
        "a person wants the keywords of a role, a resume or a job ad",
        "for resume bullets (resume_guidance) or a comparison (job_resume_match)",
        {"request": f"{_TASK} 'List ATS keywords for a data analyst'."},
        {"resume": _RESUME, "job_description": _JOB},
    ),
}
_DESCRIPTION = (
    "Returns {returns}, as Markdown that passed its form checks. Use it when {use}. Do not use it {avoid}, nor for pay"
    " figures or labour-market facts: those are refused.\n"
    "A call can take minutes and costs money: call once for each task, with all that the user said about it. A refusal"
    " says in words what happened, and holds no answer: tell the user, make up no answer in its place, and call again"
    " only where it says that this can help."
)

_CUT = "There is no answer: the call of a tool was cut off at the limit of tokens. Ask for less, or raise max_tokens."
_MALFORMED = "There is no answer: the call of a tool was malformed and could not be read. Ask again, perhaps otherwise."


def career_tools(
    llm: Model,
    *,
    domains: Sequence[str] | None = None,
    policy: Policy | None = None,
    json_first: JsonFirst = "fallback",
    max_reasks: int = 1,
    lens: Lens = "default",
    max_total_tokens: int | None = None,
    fit: Fit = "error",
    privacy: Mode | Privacy = "mask",
) -> list[StructuredTool]:
    """One tool for each domain, for `create_agent`, `ToolNode` or `bind_tools`, sync and async.

    A call gives the agent the answer's Markdown, or words to act on, and has an `Outcome` as artifact; only arguments
    that do not fit the schema give an error message without one. Errors that the outcomes do not name are raised, and
    a call that is cancelled cancels its job.

    The tools are private as the assistant is: the endpoint, and the callbacks of the chain behind a tool, see
    placeholders, and the agent gets the names back. What LangChain itself does with a tool is not hidden: traces of the
    agent and of the tool's own run have the arguments, the content and the artifact as they are, and so have the
    messages of the agent's state, and what a checkpointer keeps of them.

    Args:
        llm: As in `career_chain`.
        domains: The names of the domains. Default: all five.
        policy: As in `career_assistant`: what is refused before the endpoint is asked, and which figures in an answer.
        json_first: As in `career_chain`.
        max_reasks: As in `career_chain`.
        lens: As in `career_chain`.
        max_total_tokens: As in `career_chain`.
        fit: As in `career_chain`.
        privacy: As in `career_chain`.

    Raises:
        RequestError: There is no such domain.
        ConfigurationError: As of `career_chain`.
    """
    options: dict[str, Any] = {
        "policy": policy,
        "json_first": json_first,
        "max_reasks": max_reasks,
        "lens": lens,
        "max_total_tokens": max_total_tokens,
        "fit": fit,
        "privacy": privacy,
    }
    if isinstance(domains, str):
        raise RequestError(f"domains must be a list of names, not the string {domains!r}")
    names = DOMAINS if domains is None else domains
    return [_tool(name, career_assistant(llm, domain=name, **options)) for name in names]


def _tool(name: str, chain: Runnable[Any, Any]) -> StructuredTool:
    row = _TOOLS[name]

    def parts(args: tuple[str, ...], said: Mapping[str, str | None]) -> dict[str, str]:
        """The arguments that say something: models send null or an empty text for what they leave out."""
        given = {**dict(zip(row.required, args, strict=False)), **said}
        kept = {part: text for part, text in given.items() if text and text.strip()}
        if empty := [part for part in row.required if part not in kept]:
            raise RequestError(f"{' and '.join(empty)} must have text: where there is none, the user has to give it")
        return kept

    # The config is that of the tool's caller, the callbacks are its own run's: what the chain does stands below it.
    def ask(
        *args: str, config: RunnableConfig, callbacks: BaseCallbackManager | None = None, **said: str | None
    ) -> tuple[str, Outcome]:
        try:
            outcome = told(name, chain.invoke(parts(args, said), patch_config(config, callbacks=callbacks)))
        except (ContractError, RequestError, EndpointError) as error:
            outcome = refused(name, error)
        return outcome.content, outcome

    async def aask(
        *args: str, config: RunnableConfig, callbacks: BaseCallbackManager | None = None, **said: str | None
    ) -> tuple[str, Outcome]:
        try:
            outcome = told(name, await chain.ainvoke(parts(args, said), patch_config(config, callbacks=callbacks)))
        except (ContractError, RequestError, EndpointError) as error:
            outcome = refused(name, error)
        return outcome.content, outcome

    return StructuredTool(
        name=name,
        description=_DESCRIPTION.format(**row._asdict()),
        args_schema=_schema(name, row),
        func=ask,
        coroutine=aask,
        response_format="content_and_artifact",
        handle_validation_error=_mistaken,
    )


def _schema(name: str, row: _Row) -> type[BaseModel]:
    # Neither an unknown argument nor what stands in a wrong one may be lost or quoted.
    config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    parts: dict[str, Any] = {part: (str, Field(description=text)) for part, text in row.required.items()}
    parts |= {part: (str | None, Field(default=None, description=text)) for part, text in row.optional.items()}
    return create_model(f"{name}_args", __config__=config, **parts)


def _mistaken(error: Exception) -> str:
    """What to change where the arguments are not those of the schema; nothing in them is quoted."""
    wrong = error.errors(include_input=False) if isinstance(error, ValidationError) else []
    what = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in wrong)
    return f"Nothing was asked, for the arguments are wrong: {what}. Change that, and call again."


def stop_at_refusal(times: int = 2) -> AgentMiddleware[Any, Any, Any]:
    """A middleware for `create_agent` that ends a run in words: those of the refusal, as the final `AIMessage`.

    An agent that calls a refusing tool again and again is stopped when the same tool has refused `times` times since
    the last human message, before its model is asked once more. One that answers by itself, or calls another tool, is
    left alone; with the default it may also try once more, as it should after a `failed` call. Where its model said
    nothing but a call that cannot be read, which also ends the run, the message says so.

    Args:
        times: As in `refusal`.

    Raises:
        ConfigurationError: langchain is not installed.
        RequestError: `times` is less than 1.
    """
    if times < 1:
        raise RequestError(f"times must be 1 or more, not {times}")
    try:
        from langchain.agents.middleware import AgentMiddleware, hook_config
    except ImportError as error:
        raise ConfigurationError("stop_at_refusal needs langchain: pip install langchain") from error

    def stop(state: Mapping[str, Any]) -> dict[str, Any] | None:
        said = refusal(state["messages"], times)
        return {"messages": [AIMessage(said)], "jump_to": "end"} if said else None

    def tell(state: Mapping[str, Any]) -> dict[str, Any] | None:
        last = state["messages"][-1]
        if not isinstance(last, AIMessage) or last.tool_calls or not last.invalid_tool_calls or last.text.strip():
            return None
        cut = last.response_metadata.get("finish_reason") == "length"
        return {"messages": [last.model_copy(update={"content": _CUT if cut else _MALFORMED})]}

    class StopAtRefusal(AgentMiddleware[Any, Any, Any]):
        @hook_config(can_jump_to=["end"])
        def before_model(self, state: Any, runtime: Any) -> dict[str, Any] | None:
            return stop(state)

        @hook_config(can_jump_to=["end"])
        async def abefore_model(self, state: Any, runtime: Any) -> dict[str, Any] | None:
            return stop(state)

        def after_model(self, state: Any, runtime: Any) -> dict[str, Any] | None:
            return tell(state)

        async def aafter_model(self, state: Any, runtime: Any) -> dict[str, Any] | None:
            return tell(state)

    return StopAtRefusal()
