from __future__ import annotations

import inspect
import pickle

import pytest
from langchain_core.exceptions import ModelError

from langchain_careerv2 import errors
from langchain_careerv2.runpod import errors as wire

LEAVES = [
    leaf
    for _, leaf in inspect.getmembers(wire, inspect.isclass)
    if leaf not in (wire.EndpointError, wire.ConfigurationError)
]


@pytest.mark.parametrize("leaf", LEAVES)
def test_each_error_of_the_wire_is_lifted_into_cores_family(leaf: type[wire.EndpointError]) -> None:
    with pytest.raises(leaf, match="what happened") as caught, errors.lifted():
        raise leaf("what happened", job_id="j1")
    assert isinstance(caught.value, ModelError)
    assert type(caught.value) is getattr(errors, leaf.__name__)
    assert caught.value.job_id == "j1"
    assert caught.value.is_retryable is leaf.is_retryable


def test_lifting_keeps_what_a_leaf_carries() -> None:
    with pytest.raises(errors.BlockedError) as blocked, errors.lifted():
        raise wire.BlockedError("no", intent="salary_intelligence", job_id="j1")
    assert (blocked.value.intent, blocked.value.job_id) == ("salary_intelligence", "j1")
    with pytest.raises(errors.RateLimitError) as limited, errors.lifted():
        raise wire.RateLimitError("slow down", retry_after=7.0)
    assert limited.value.retry_after == 7.0


def test_what_is_no_error_of_the_wire_passes_through() -> None:
    with pytest.raises(KeyboardInterrupt), errors.lifted():
        raise KeyboardInterrupt
    with pytest.raises(errors.ConfigurationError), errors.lifted():
        raise errors.ConfigurationError("no key")


def test_errors_survive_pickling() -> None:
    with pytest.raises(errors.BlockedError) as caught, errors.lifted():
        raise wire.BlockedError("no", intent="salary_intelligence", job_id="j1")
    copy = pickle.loads(pickle.dumps(caught.value))  # noqa: S301  # our own bytes
    assert (str(copy), copy.intent, copy.job_id) == ("no", "salary_intelligence", "j1")
