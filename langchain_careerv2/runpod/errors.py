"""What can go wrong between a caller and a RunPod endpoint.

EndpointError
├── ConfigurationError        a setting is missing or cannot be right; nothing was sent
├── InvalidRequestError       the endpoint refused the request (HTTP 400, 413, 422; a worker's BadRequestError)
│   └── PromptTooLongError    the prompt does not fit
├── AuthenticationError       HTTP 401, 403
├── EndpointNotFoundError     HTTP 404 on submit
├── RateLimitError            HTTP 429
├── ServerError               HTTP 5xx
│   └── UnavailableError      HTTP 502, 503, 504: a gateway could not pass the request on
├── EndpointConnectionError   refused, reset, broken in the middle of an answer
├── EndpointTimeoutError      the deadline passed, or RunPod gave the job up (TIMED_OUT)
├── JobError                  the job ended without an answer (FAILED, CANCELLED, gone)
├── ProtocolError             an answer in a shape that no known worker gives
└── BlockedError              the handler's gate refused the question
"""

from __future__ import annotations

from typing import Literal


class EndpointError(Exception):
    """Base of every error of this package's client.

    No message holds the API key or the text of a prompt or an answer.

    Attributes:
        is_retryable: Whether the same call may succeed later.
        job_id: The RunPod job, where one was known.
        retry_after: Seconds the endpoint asked to wait, where it did.
    """

    is_retryable = False

    def __init__(self, message: str, *, job_id: str | None = None, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.job_id = job_id
        self.retry_after = retry_after


class ConfigurationError(EndpointError):
    """A setting is missing or cannot be right. Nothing was sent."""


class InvalidRequestError(EndpointError):
    """The endpoint refused the request as malformed."""


class PromptTooLongError(InvalidRequestError):
    """The prompt does not fit the model's context or the handler's limit.

    Attributes:
        counted: Tokens (by estimate) or characters that the prompt has; None where an endpoint alone knows.
        limit: How many it may have.
        unit: What was counted.
    """

    counted: int | None = None
    limit: int | None = None
    unit: Literal["tokens", "characters"] = "tokens"


class AuthenticationError(EndpointError):
    """RunPod did not accept the API key (HTTP 401 or 403)."""


class EndpointNotFoundError(EndpointError):
    """RunPod knows no endpoint of this id (HTTP 404), or the worker no model of this name."""


class RateLimitError(EndpointError):
    """Too many requests, or a full queue (HTTP 429)."""

    is_retryable = True


class ServerError(EndpointError):
    """RunPod or the worker failed to answer (HTTP 5xx)."""

    is_retryable = True


class UnavailableError(ServerError):
    """A gateway could not pass the request on (HTTP 502, 503, 504): no job was made."""


class EndpointConnectionError(EndpointError):
    """The connection was refused, or broke before the answer was whole.

    Attributes:
        sent: Whether the request may have reached RunPod. Where it cannot have, a job was not made.
    """

    is_retryable = True

    def __init__(self, message: str, *, sent: bool = True, job_id: str | None = None) -> None:
        super().__init__(message, job_id=job_id)
        self.sent = sent


class EndpointTimeoutError(EndpointError):
    """The deadline passed without an answer, or RunPod gave the job up."""

    is_retryable = True


class JobError(EndpointError):
    """The job ended without an answer. Not retryable blindly: its work may have run, even twice."""


class ProtocolError(EndpointError):
    """The answer has a shape that no known worker gives. The message names keys, never contents."""


class BlockedError(EndpointError):
    """The handler's gate refused the question.

    Attributes:
        intent: The handler's label, for example `salary_intelligence`.
    """

    def __init__(self, message: str, *, intent: str = "", job_id: str | None = None) -> None:
        super().__init__(message, job_id=job_id)
        self.intent = intent
