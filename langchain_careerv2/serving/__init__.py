"""A RunPod endpoint on this machine, and the offline engine behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_careerv2.serving.offline import ENGINE_NAME, OfflineEngine

if TYPE_CHECKING:
    from langchain_careerv2.serving.local import LocalEndpoint

__all__ = ["ENGINE_NAME", "LocalEndpoint", "OfflineEngine"]


def __getattr__(name: str) -> object:
    if name != "LocalEndpoint":  # the web server is imported by those who serve
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from langchain_careerv2.serving.local import LocalEndpoint

    return LocalEndpoint
