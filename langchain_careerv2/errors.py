"""The errors that a caller of the chains, models and documents sees.

Each of an endpoint is an `EndpointError` of the wire and a member of langchain-core's `ModelError` family too, so that
the retries and fallbacks of the ecosystem treat it as they treat any provider's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from langchain_core import exceptions as core

from langchain_careerv2.runpod import errors as wire
from langchain_careerv2.runpod.errors import ConfigurationError, EndpointError


class RequestError(ValueError):
    """The request cannot be asked: empty, no text, or over its own limits. Nothing was sent."""


class DocumentError(ValueError):
    """A document cannot be read. No message of its leaves holds any of its text."""


class UnsupportedDocumentError(DocumentError):
    """What the document is, is not read, or is not what its extension or the caller says."""


class DocumentTooLargeError(DocumentError):
    """The document is over a limit: of bytes, pages, elements, of what it unpacks to, or of the time that it takes."""


class EncryptedDocumentError(DocumentError):
    """The document needs a password."""


class BrokenDocumentError(DocumentError):
    """The document is damaged, so that its reader gave up."""


class EmptyDocumentError(DocumentError):
    """There is no text in the document."""


class ScannedDocumentError(EmptyDocumentError):
    """A PDF has pages but no text: they are pictures of a text, and need OCR."""


class MissingExtraError(DocumentError, ImportError):
    """The packages that read documents are not installed."""


class InvalidRequestError(wire.InvalidRequestError, core.ModelInvalidRequestError):
    """The endpoint refused the request as malformed."""


class PromptTooLongError(wire.PromptTooLongError, core.ContextOverflowError):
    """The prompt does not fit the model's context or the handler's limit."""


class AuthenticationError(wire.AuthenticationError, core.ModelAuthenticationError):
    """RunPod did not accept the API key."""


class EndpointNotFoundError(wire.EndpointNotFoundError, core.ModelNotFoundError):
    """RunPod knows no endpoint of this id, or the worker no model of this name."""


class RateLimitError(wire.RateLimitError, core.ModelRateLimitError):
    """Too many requests, or a full queue."""


class ServerError(wire.ServerError, core.ModelAPIError):
    """RunPod or the worker failed to answer."""


class UnavailableError(wire.UnavailableError, core.ModelAPIError):
    """A gateway could not pass the request on; no job was made."""


class EndpointConnectionError(wire.EndpointConnectionError, core.ModelConnectionError):
    """The connection was refused, or broke before the answer was whole."""


class EndpointTimeoutError(wire.EndpointTimeoutError, core.ModelTimeoutError):
    """The deadline passed without an answer; the job, where its id was known, is cancelled."""


class JobError(wire.JobError, core.ModelAPIError):
    """The job ended without an answer. Not retryable blindly: its work may have run, even twice."""


class ProtocolError(wire.ProtocolError, core.ModelAPIError):
    """The answer has a shape that no known worker gives."""


class BlockedError(wire.BlockedError, core.ModelInvalidRequestError):
    """The handler's gate refused the question; `intent` says as what."""


_LIFTED: dict[type[EndpointError], type[EndpointError]] = {
    leaf.__bases__[0]: leaf
    for leaf in (
        InvalidRequestError,
        PromptTooLongError,
        AuthenticationError,
        EndpointNotFoundError,
        RateLimitError,
        ServerError,
        UnavailableError,
        EndpointConnectionError,
        EndpointTimeoutError,
        JobError,
        ProtocolError,
        BlockedError,
    )
}


@contextmanager
def lifted(hide: Callable[[str], str] = str) -> Iterator[None]:
    """Turns the wire's errors, which know nothing of LangChain, into the errors above, with what they say hidden."""
    try:
        yield
    except EndpointError as error:
        error.args = tuple(hide(each) if isinstance(each, str) else each for each in error.args)
        leaf = _LIFTED.get(type(error))
        if leaf is None:
            raise
        raised = leaf(str(error))
        raised.__dict__.update(error.__dict__)
        raise raised.with_traceback(error.__traceback__) from None


__all__ = [
    "AuthenticationError",
    "BlockedError",
    "BrokenDocumentError",
    "ConfigurationError",
    "DocumentError",
    "DocumentTooLargeError",
    "EmptyDocumentError",
    "EncryptedDocumentError",
    "EndpointConnectionError",
    "EndpointError",
    "EndpointNotFoundError",
    "EndpointTimeoutError",
    "InvalidRequestError",
    "JobError",
    "MissingExtraError",
    "PromptTooLongError",
    "ProtocolError",
    "RateLimitError",
    "RequestError",
    "ScannedDocumentError",
    "ServerError",
    "UnavailableError",
    "UnsupportedDocumentError",
]
