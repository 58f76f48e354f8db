"""What answers: a RunPod endpoint on this machine, the offline engine behind it, and the handler for any model."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from langchain_careerv2.serving.offline import ENGINE_NAME, OfflineEngine

if TYPE_CHECKING:
    from langchain_careerv2.serving.faults import Faults
    from langchain_careerv2.serving.handler import Handler
    from langchain_careerv2.serving.local import RUNPOD_LIMITS, LocalEndpoint
    from langchain_careerv2.serving.upstream import OfflineUpstream, Upstream

__all__ = [
    "ENGINE_NAME",
    "RUNPOD_LIMITS",
    "Faults",
    "Handler",
    "LocalEndpoint",
    "OfflineEngine",
    "OfflineUpstream",
    "Upstream",
]

_SERVERS = {
    "Faults": "faults",
    "Handler": "handler",
    "LocalEndpoint": "local",
    "OfflineUpstream": "upstream",
    "RUNPOD_LIMITS": "local",
    "Upstream": "upstream",
}


def __getattr__(name: str) -> object:
    if name not in _SERVERS:  # web server and langchain-core are imported by those who serve
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(f"{__name__}.{_SERVERS[name]}"), name)
    return found
