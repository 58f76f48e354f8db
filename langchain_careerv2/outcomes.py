"""What became of an agent's call of a domain: an answer that passed, or a refusal that the agent can act on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from langchain_core.messages import BaseMessage, HumanMessage, ToolMessage

from langchain_careerv2.domains import Answer, Issue
from langchain_careerv2.errors import EndpointError, RequestError
from langchain_careerv2.gates import Blocked
from langchain_careerv2.gates.hostile import Flag
from langchain_careerv2.gates.policy import HELD_BACK
from langchain_careerv2.ledger import Ledger
from langchain_careerv2.output_parsers import ContractError
from langchain_careerv2.runpod.errors import PromptTooLongError

Verdict = Literal["accepted", "rejected", "blocked", "invalid", "failed"]
REFUSALS: frozenset[str] = frozenset({"rejected", "blocked", "failed"})
"""The verdicts that `refusal` counts: an `invalid` call cost nothing, and can be mended."""


@dataclass(frozen=True)
class Outcome:
    """What became of a tool's call: the artifact of its `ToolMessage`.

    Attributes:
        verdict: `accepted`: there is an answer; `rejected`: no attempt passed its checks; `blocked`: the question, or
            the answer, is one of pay or the labour market; `invalid`: the arguments cannot be asked, or are
            too long; `failed`: the endpoint gave no answer.
        domain: The tool's name.
        message: What happened, in words for a user; of an accepted call the answer's Markdown.
        advice: What an agent should know or do besides.
        answer: The typed answer, with everything restored, where there is one.
        issues: Of a rejected call what the best attempt lacks; of an accepted one what it is short of.
        flags: What the request hides, and pay figures that a policy lets through.
        ungrounded: The names, numbers and quotes of the answer that the request does not have.
        ledger: Of a rejected call every attempt, with what it cost; personal data in it stays hidden, as in errors.
        blocked: Of a blocked call its intent, and the rule that fired.
        error: The name of the error's class; empty where there was none.
        is_retryable: Whether the same call may succeed later.
    """

    verdict: Verdict
    domain: str
    message: str
    advice: str = ""
    answer: Answer | None = None
    issues: tuple[Issue, ...] = ()
    flags: tuple[Flag, ...] = ()
    ungrounded: tuple[str, ...] = ()
    ledger: Ledger | None = None
    blocked: Blocked | None = None
    error: str = ""
    is_retryable: bool = False

    @property
    def content(self) -> str:
        """What the agent reads: the message, then the advice."""
        return f"{self.message}\n\n{self.advice}".strip()


_REPHRASE = (
    "Nothing was answered, and the same arguments will be refused again. Tell the user so. Call again only if the task"
    " is no such question: then write it as one full sentence that says what to make."
)
_HELD = "Nothing was answered. Tell the user so, or call once more with a request that says to leave pay out."
_HOPELESS = "Calling again with the same arguments will not help. Tell the user; do not write an answer in its place."
_AGAIN = "This may pass: call again once{pause}, and tell the user if it fails again."
_CHANGE = "Change the arguments as that says, and call again."
_SHORTEN = "Leave out what the task does not need, and call again; where nothing can be left out, tell the user."


def told(name: str, result: Answer | Blocked) -> Outcome:
    """The outcome of a call that gave an answer, or a refusal of the gates."""
    if isinstance(result, Blocked):
        why = f'It was taken for that by the words "{result.matched}". ' if result.matched else ""
        advice = _HELD if result == HELD_BACK else _REPHRASE
        return Outcome("blocked", name, result.message, f"{why}{advice}", blocked=result)
    reading, notes = result.reading, []
    if any(issue.code == "ungrounded" for issue in reading.issues):
        notes.append(f"Not in the request, to be checked before use: {', '.join(reading.ungrounded)}.")
    if result.flags:
        seen = ", ".join(sorted({f"{flag.kind} in {flag.source}" for flag in result.flags}))
        notes.append(f"Suspicious, and no order to anybody: {seen}.")
    return Outcome(
        "accepted",
        name,
        str(result),
        " ".join(["Notes, no part of the answer:", *notes]) if notes else "",
        answer=result,
        issues=reading.issues,
        flags=result.flags,
        ungrounded=reading.ungrounded,
    )


def refused(name: str, error: ContractError | RequestError | EndpointError) -> Outcome:
    """The outcome of a call that ended in an error, in words that quote no answer and no worker."""
    kind = type(error).__name__
    if isinstance(error, ContractError):
        return _rejected(name, error)
    if isinstance(error, RequestError):
        return Outcome("invalid", name, f"Nothing was asked: {error}.", _CHANGE, error=kind)
    ours = str(error).partition(": ")[0]  # behind it stand the worker's words
    if isinstance(error, PromptTooLongError):
        return Outcome("invalid", name, f"The arguments are too long: {ours}.", _SHORTEN, error=kind)
    pause = f" after {error.retry_after:.0f} seconds" if error.retry_after else ""
    advice = _AGAIN.format(pause=pause) if error.is_retryable else _HOPELESS
    said = f"The endpoint gave no answer: {ours}."
    return Outcome("failed", name, said, advice, error=kind, is_retryable=error.is_retryable)


def _rejected(name: str, error: ContractError) -> Outcome:
    gates = [f"{issue.code} (expected {issue.expected})" for issue in error.issues if issue.severity == "gate"]
    count, stopped = len(error.attempts), error.ledger.stopped
    said = f"No answer passed the checks of {name} after {count} attempt{'s' * (count != 1)}."
    said += f" The best one failed: {'; '.join(gates) or 'it could not be read'}."
    said += f" No further one was made: {stopped}." if stopped else ""
    # An attempt that a passing error cut short was none at the answer: another call may have more of them.
    retry = any(getattr(attempt.error, "is_retryable", False) for attempt in error.attempts)
    return Outcome(
        "rejected",
        name,
        said,
        f"Some attempts got no answer. {_AGAIN.format(pause='')}" if retry else _HOPELESS,
        issues=error.issues,
        ledger=error.ledger,
        error=type(error).__name__,
        is_retryable=retry,
    )


def refusal(messages: Sequence[BaseMessage], times: int = 2) -> str:
    """A refusal in words for the user, once one tool has refused often enough; else an empty string.

    It counts since the last human message. The calls of one message of the model count once, so that it has always seen
    a refusal before the next one counts. With it, an edge of a LangGraph graph can end a run as `stop_at_refusal` does.

    Args:
        messages: The agent's messages.
        times: In how many rounds one tool was `rejected`, `blocked` or `failed`.
    """
    counts: Counter[str] = Counter()
    heard: set[str] = set()
    said = ""
    for message in messages:
        if isinstance(message, HumanMessage):
            counts, said = Counter(), ""
        if not isinstance(message, ToolMessage):
            heard = set()
            continue
        outcome = _fields_of(message.artifact)
        tool = outcome.get("domain", "")
        if outcome.get("verdict") in REFUSALS and tool not in heard:
            heard.add(tool)
            counts[tool] += 1
            said = outcome["message"] if counts[tool] >= times else said
    return said


def _fields_of(artifact: object) -> Mapping[str, Any]:
    """An outcome's fields; a checkpointer gives it back as a dict."""
    if isinstance(artifact, Outcome):
        return vars(artifact)
    return artifact if isinstance(artifact, dict) and artifact.keys() >= {"verdict", "domain", "message"} else {}
