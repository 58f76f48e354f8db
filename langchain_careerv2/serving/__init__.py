"""A RunPod endpoint on this machine, and the offline engine behind it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from langchain_careerv2.serving.offline import ENGINE_NAME, OfflineEngine

if TYPE_CHECKING:
    from langchain_careerv2.serving.faults import Faults
    from langchain_careerv2.serving.local import RUNPOD_LIMITS, LocalEndpoint

__all__ = ["ENGINE_NAME", "RUNPOD_LIMITS", "Faults", "LocalEndpoint", "OfflineEngine"]

_SERVERS = {"Faults": "faults", "LocalEndpoint": "local", "RUNPOD_LIMITS": "local"}


def __getattr__(name: str) -> object:
    if name not in _SERVERS:  # the web server is imported by those who serve
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(f"{__name__}.{_SERVERS[name]}"), name)
    return found
