"""Recruiting strategy: steps over several channels, with a cadence and metrics."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import field_serializer

from langchain_careerv2.domains._base import Answer, Domain, Issue, check, folded, numbered
from langchain_careerv2.domains._forms import Form, form, listing, sentence
from langchain_careerv2.domains._reading import Excerpt, Headings, Line, distinct, items, listed, real

Channel = Literal[
    "linkedin", "referral", "meetup", "university", "conference", "github", "stack_overflow", "job_board", "community",
    "social_media",
]  # fmt: skip
"""Where candidates are found; several ways of using one are still one channel."""

_CHANNEL_NAMES: dict[Channel, str] = {
    "linkedin": "linkedin",
    "referral": "referrals?",
    "meetup": "meet-?ups?",
    "university": "universit(?:y|ies)|campus(?:es)?|colleges?|(?:career|job) fairs?|alumni",
    "conference": "conferences?|summits?|hackathons?|trade shows?",
    "github": "git ?hub",
    "stack_overflow": "stack[ -]?overflow",
    "job_board": "job[- ]?boards?|glassdoor|(?-i:Indeed)|job portals?",
    "community": "communit(?:y|ies)|slack (?:groups?|channels?)|discord|forums?",
    "social_media": "social media|twitter|instagram|facebook|tiktok",
}
_CHANNELS = {name: re.compile(rf"\b(?:{alias})\b", re.IGNORECASE) for name, alias in _CHANNEL_NAMES.items()}
_CADENCE = re.compile(
    r"\b(?:daily(?! (?:work|life|practice|business|routine|operation|task))"
    r"|weekly|bi-?weekly|fortnightly|monthly|bi-?monthly|quarterly|annually|yearly"
    r"|(?:every|each) (?:other |two |three |four |six |\d{1,2} )?(?:day|week|fortnight|month|quarter|year)s?"
    r"|(?:every|each) (?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|(?:once|twice|(?:two|three|\d{1,2}) times|\d{1,2}x) ?(?:a|per|each|every|/) ?(?:day|week|month|quarter|year)"
    r"|(?<!\d )per (?:day|week|month|quarter)"
    r"|(?:week|month) \d{1,2}(?: ?[-\u2013] ?\d{1,2})?|(?:weeks|months) \d{1,2} ?[-\u2013] ?\d{1,2}|q[1-4])\b",
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
        return _compose(**self.form())

    def form(self) -> Form:
        """The steps, and the metrics that are no steps themselves."""
        steps = set(self.steps)
        return {"steps": self.steps, "metrics": [metric for metric in self.metrics if metric not in steps]}


def _compose(steps: list[str], metrics: list[str]) -> str:
    apart = ["", "**Metrics:**", *(f"- {metric}" for metric in folded(metrics))] if metrics else []
    return "\n".join([*numbered(steps), *apart])


_HEADINGS = Headings(
    {"metrics": ["metrics", "key metrics", "success metrics", "kpis", "metrics to track", "measurement"]}
)


def _take(text: str, truncated: bool) -> Form:
    body: list[Line] = []
    apart: list[Excerpt] = []
    for section in _HEADINGS.sections(text, truncated):
        in_list = body and body[-1].number is not None and not body[-1].text  # as in "6. **Metrics:** Report ..."
        if section.key == "metrics" and not in_list:
            apart += items(section.lines)
        else:
            body += section.lines
    return {"steps": _steps(body), "metrics": apart}


def _judge(words: int, steps: list[Excerpt], metrics: list[Excerpt]) -> tuple[Form, list[Issue]]:
    steps, metrics = real(steps), real(metrics)
    plan = [*steps, *metrics]
    found = {
        "steps": steps,
        "channels": {name for name, alias in _CHANNELS.items() if alias.search("\n".join(plan))},
        "cadences": distinct(item.cut(*match.span()) for item in plan for match in _CADENCE.finditer(item)),
        "metrics": distinct([*(step for step in steps if _METRIC.search(step)), *metrics]),
    }
    return found, _issues(words, *map(len, found.values()))


def _steps(found: list[Line]) -> list[Excerpt]:
    """The numbered items with what is listed under them, or, where nothing else is numbered, the items."""
    if sum(line.number is not None for line in found) < 2:  # one alone is the seed's
        return items(line for line in found if line.marked)
    return listed(found, lambda line: line.number is not None, lambda line: line.marked or not line.apart)


def _issues(words: int, steps: int, channels: int, cadences: int, metrics: int) -> list[Issue]:
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
        *check("content", metrics, gate=True, contract=metrics > 0, expected="a metric (reported only)"),
    ]


_OFTEN = ("weekly", "every two weeks", "monthly", "quarterly")
_STEPS = (
    ("Post|Message|Publish|Advertise", ("on LinkedIn",)),
    ("Launch|Offer|Reward|Ask", ("through employee referrals",)),
    ("Search|Share|Find|Contact", ("on GitHub", "on Stack Overflow", "on a job board", "in an online community")),
    ("Speak|Attend|Host|Meet", ("at a meetup", "at a conference")),
    ("Visit|Invite|Present|Train", ("at a university", "on social media")),
)

DOMAIN = Domain(
    name="recruiting_strategy",
    system=(
        "You are a recruiting strategist. Provide 4-6 steps. Include LinkedIn, referral, meetup, university,"
        " conference, GitHub and Stack Overflow where they fit, a cadence (weekly, monthly, quarterly) and metrics."
    ),
    exemplars=(
        "1. Post the role and write to 20 matching profiles on LinkedIn weekly\n"
        "2. Launch a bonus and collect names of former colleagues through employee referrals monthly\n"
        "3. Search for contributors in the field and write to them personally on GitHub weekly\n"
        "4. Speak about the work of the team to interested engineers at a meetup monthly\n"
        "5. Present two graduate openings and the internship program at a university quarterly\n\n"
        "**Metrics:**\n- Response rate of the messages on each channel\n- Cost per hire and offers accepted, reviewed"
        " monthly",
    ),
    guide_exemplar="",
    seed="1. ",
    max_tokens=180,
    target=0.95,
    answer_type=RecruitingStrategy,
    take=_take,
    judge=_judge,
    clarifiers={
        "channels": "Name 4 channels or more, such as LinkedIn, referrals or universities.",
        "cadence": "Say for each step how often it happens: weekly, monthly or quarterly.",
        "bullets": "Write 4 to 6 numbered steps, one on each line.",
        "content": "Say what is measured.",
        "len": "Write at least 70 words.",
    },
    schema=form(
        "recruiting_strategy",
        steps=listing(
            *(
                sentence(starts, 5, 10, "|".join(f"{place} {often}" for place in places for often in _OFTEN))
                for starts, places in _STEPS
            )
        ),
        metrics=listing(
            sentence("Response rate|Time to hire|Time to fill", 2, 6),
            sentence("Offer acceptance|Cost per hire|Conversion rate|Number of hires", 2, 6),
        ),
    ),
    form_tokens=1500,
    compose=_compose,
)
"""The domain `recruiting_strategy`."""
