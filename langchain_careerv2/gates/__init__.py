"""What stands between free text and the model: router, policy, and what they look at. Pure: text in, values out."""

from __future__ import annotations

from langchain_careerv2.gates.policy import BLOCKED_INTENTS, Blocked, Hold, Policy
from langchain_careerv2.gates.router import LABELS, Label, Route, classify

__all__ = ["BLOCKED_INTENTS", "LABELS", "Blocked", "Hold", "Label", "Policy", "Route", "classify"]
