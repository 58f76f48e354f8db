"""Recruiting strategy: steps over several channels, with a cadence and metrics."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import field_serializer

from langchain_careerv2.domains._base import Answer, Domain, Issue, check
from langchain_careerv2.domains._reading import Headings, Line, distinct, is_item, items, plain

Channel = Literal[
    "linkedin", "referral", "meetup", "university", "conference", "github", "stack_overflow", "job_board", "community",
    "social_media",
]  # fmt: skip
"""Where candidates are found; several ways of using one are still one channel."""

_CHANNEL_NAMES: dict[Channel, str] = {
    "linkedin": "linkedin",
    "referral": "referrals?",
    "meetup": "meet-?ups?",
    "university": "universit(?:y|ies)|campus(?:es)?|colleges?|career fairs?|alumni",
    "conference": "conferences?|summits?|hackathons?|trade shows?",
    "github": "github",
    "stack_overflow": "stack ?overflow",
    "job_board": "job[- ]?boards?|glassdoor|indeed\\.com|job portals?",
    "community": "communit(?:y|ies)|slack (?:groups?|channels?)|discord|forums?",
    "social_media": "social media|twitter|instagram|facebook|tiktok",
}
_CHANNELS = {name: re.compile(rf"\b(?:{alias})\b", re.IGNORECASE) for name, alias in _CHANNEL_NAMES.items()}
_CADENCE = re.compile(
    r"\b(?:daily|weekly|bi-?weekly|fortnightly|monthly|bi-?monthly|quarterly|annually|yearly"
    r"|(?:every|each|per) (?:other |two |three |2 |3 )?(?:day|week|month|quarter|year)s?"
    r"|(?:once|twice|three times|\d{1,2} times|\d{1,2}x) (?:a|per|each|every) (?:day|week|month|quarter|year)"
    r"|(?:weeks?|months?) \d{1,2}(?: ?[-\u2013] ?\d{1,2})?|q[1-4])\b",
    re.IGNORECASE,
)
_METRIC = re.compile(
    r"\b(?:metrics?|kpis?|rates?|ratios?|conversions?|time[- ]to[- ](?:hire|fill)|cost[- ]per[- ]hire|number of|track"
    r"|measure|response rate|acceptance)\b|\d ?%",
    re.IGNORECASE,
)


class RecruitingStrategy(Answer):
    """A recruiting plan.

    Attributes:
        steps: What to do, in order.
        channels: The distinct channels that the steps use.
        cadences: How often, as written in the steps.
        metrics: The items that say what is measured.
    """

    steps: list[str]
    channels: set[Channel]
    cadences: list[str]
    metrics: list[str]

    @field_serializer("channels")
    def _sorted(self, channels: set[Channel]) -> list[Channel]:
        return sorted(channels)

    def render(self) -> str:
        """Numbered steps; then the metrics that are no steps themselves."""
        steps = [f"{number}. {step}" for number, step in enumerate(self.steps, 1)]
        apart = [metric for metric in self.metrics if metric not in self.steps]
        return "\n".join([*steps, *(["", "**Metrics:**", *(f"- {metric}" for metric in apart)] if apart else [])])


_HEADINGS = Headings(
    {"metrics": ["metrics", "key metrics", "success metrics", "kpis", "metrics to track", "measurement"]}
)


def _judge(text: str, truncated: bool) -> tuple[RecruitingStrategy, list[Issue]]:
    sections = _HEADINGS.sections(text, truncated)
    steps = _steps([line for section in sections if section.key != "metrics" for line in section.lines])
    apart = [item for section in sections if section.key == "metrics" for item in items(section.lines)]
    plan = "\n".join([*steps, *apart])
    answer = RecruitingStrategy(
        steps=steps,
        channels={channel for channel, alias in _CHANNELS.items() if alias.search(plan)},
        cadences=distinct(_CADENCE.findall(plan)),
        metrics=distinct([*(step for step in steps if _METRIC.search(step)), *apart]),
    )
    return answer, _issues(answer, len(text.split()))


def _steps(found: list[Line]) -> list[str]:
    """The numbered items with what is listed under them, or, where nothing is numbered, the items."""
    if not any(line.number is not None for line in found):
        return items(line for line in found if line.marked)
    steps: list[str] = []
    for line in found:
        if line.number is not None:
            steps.append(line.text)
        elif steps and line.text and (line.marked or not line.apart):
            steps[-1] += f" {line.text}"
    return distinct(text for step in steps if is_item(text := plain(step)))


def _issues(answer: RecruitingStrategy, words: int) -> list[Issue]:
    steps, channels = len(answer.steps), len(answer.channels)
    cadences, metrics = len(answer.cadences), len(answer.metrics)
    return [
        *check("len", words, gate=words >= 60, expected="at least 60 words"),
        *check("bullets", steps, gate=steps >= 3, contract=4 <= steps <= 6, expected="4 to 6 steps (at least 3)"),
        *check(
            "channels",
            channels,
            gate=channels >= 3,
            contract=channels >= 4,
            expected="4 different channels (at least 3)",
        ),
        *check("cadence", cadences, gate=cadences > 0, expected="a cadence such as weekly, monthly or quarterly"),
        *check("content", metrics, gate=bool(steps), contract=metrics > 0, expected="a metric (reported only)"),
    ]


DOMAIN = Domain(
    name="recruiting_strategy",
    system=(
        "You are a recruiting strategist. Provide 4-6 steps. Include LinkedIn, referral, meetup, university,"
        " conference, GitHub and Stack Overflow where they fit, a cadence (weekly, monthly, quarterly) and metrics."
    ),
    exemplars=(
        "1. Post the role on LinkedIn and message 20 matching profiles weekly; track the response rate\n"
        "2. Launch an employee referral program with a bonus, reviewed monthly with the hiring team\n"
        "3. Search GitHub and Stack Overflow weekly for contributors in the field and write to them personally\n"
        "4. Speak at one local meetup every month and collect contacts of interested engineers\n"
        "5. Visit two university career days and one conference quarterly to fill the junior pipeline\n"
        "6. Review metrics monthly: time to hire, offers accepted, and hires per channel; move budget to what works",
    ),
    guide_exemplar="",
    seed="1. ",
    max_tokens=180,
    target=0.95,
    answer_type=RecruitingStrategy,
    judge=_judge,
    clarifiers={
        "len": "Write at least 70 words.",
        "bullets": "Write 4 to 6 numbered steps, one on each line.",
        "channels": "Name at least 4 different channels, such as LinkedIn, referrals, meetups, universities or GitHub.",
        "cadence": "Say for each step how often it happens: weekly, monthly or quarterly.",
        "content": "Say what is measured.",
    },
)
"""The domain `recruiting_strategy`."""
