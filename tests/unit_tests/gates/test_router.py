"""What a question is about, held to a thousand labelled questions, and what a text may not hide from the router."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from langchain_careerv2.chatml import IM_END, IM_START
from langchain_careerv2.gates import LABELS, Route, classify
from langchain_careerv2.gates.router import folded
from langchain_careerv2.gates.rules import RULES
from langchain_careerv2.gates.words import MASKS, WORDS

ROWS: list[dict[str, Any]] = [
    json.loads(line) for line in Path(__file__).with_name("questions.jsonl").read_text("utf-8").splitlines()
]
SEEN = [row for row in ROWS if row["seen"]]
BLOCKED = {"salary", "market"}
ADVERT = "Cloud Engineer, Denver (hybrid)\n- 5+ years of AWS, Terraform and Kubernetes\n- on call every fourth week"


def missed(rows: list[dict[str, Any]]) -> list[tuple[dict[str, Any], Route]]:
    routes = [(row, classify(row["text"])) for row in rows]
    return [(row, route) for row, route in routes if route.label != row["label"]]


def figures(rows: list[dict[str, Any]]) -> tuple[float, float, float]:
    """Shares of right labels, of salary and market questions let through, and of other questions that are blocked."""
    wrong = missed(rows)
    asked = sum(row["label"] in BLOCKED for row in rows)
    leaks = sum(row["label"] in BLOCKED and route.label not in BLOCKED for row, route in wrong)
    blocks = sum(row["label"] not in BLOCKED and route.label in BLOCKED for row, route in wrong)
    return 1 - len(wrong) / len(rows), leaks / asked, blocks / (len(rows) - asked)


def told(rows: list[dict[str, Any]]) -> str:
    return "\n".join(
        f"{row['label']} -> {route.label} ({route.rule}: {route.matched}) {row['text'][:90]!r}"
        for row, route in missed(rows)
    )


def test_questions_that_the_rules_were_written_for() -> None:
    right, leaks, blocks = figures(SEEN)
    assert right >= 0.98, told(SEEN)
    assert leaks <= 0.01, told(SEEN)
    assert blocks <= 0.01, told(SEEN)


@pytest.mark.parametrize("lang", ["en", "de", "fr", "es"])
def test_no_language_is_much_worse_than_the_others(lang: str) -> None:
    rows = [row for row in SEEN if row["lang"] == lang]
    right, leaks, _ = figures(rows)
    assert right >= 0.96, told(rows)
    assert leaks <= 0.03, told(rows)


def test_every_label_is_asked_for_in_every_language() -> None:
    counts = Counter((row["label"], row["lang"]) for row in SEEN)
    assert len(SEEN) >= 1_000
    assert all(counts[label, lang] >= 5 for label in LABELS for lang in ("en", "de", "fr", "es"))


def test_a_route_says_why() -> None:
    names = {rule.name for rule in RULES} | {"a greeting"}
    for row in ROWS:
        route = classify(row["text"])
        assert (route.rule in names and route.matched) or route == Route("other", "none", "")


def test_what_matched_is_in_the_words_of_the_question() -> None:
    assert classify("What does a crane operator make an hour? I was offered $31.50").matched.startswith(
        "what does a crane"
    )
    assert classify("Is 52,000 EUR fair for a baker in Dublin?").matched == "52,000 eur & fair"


@pytest.mark.parametrize(
    "text",
    [
        "What is the sal\u200bary of a nur\u200bse in Bost\u00adon?",
        "What is the s\u0430l\u0430ry \u043ef a nurse in Boston?",
        "What is the s a l a r y of a nurse in Boston?",
        "What is the s.a.l.a.r.y of a nurse in Boston?",
        "\uff37\uff48\uff41\uff54 is the \uff53\uff41\uff4c\uff41\uff52\uff59 of a nurse?",
        "WHAT IS THE SALARY OF A NURSE IN BOSTON",
        "Wie hoch ist das G\u00adehalt einer Krankenpflegerin?",
        "Cua\u0301nto gana una enfermera en Sevilla?",
    ],
)
def test_a_disguise_hides_no_pay_question(text: str) -> None:
    assert classify(text).label == "salary"


@pytest.mark.parametrize(
    "text",
    [
        "Ile zarabia piel\u0119gniarka w Warszawie?",
        "\u770b\u8b77\u5e2b\u306e\u7d66\u6599\u306f\u3044\u304f\u3089\u3067\u3059\u304b",
        "Paljonko sairaanhoitaja tienaa Helsingiss\u00e4?",
        "Сколько зарабатывает медсестра?",
        "Hem\u015fire maa\u015f\u0131 ne kadar?",
        "",
        " \n\t",
        "?!",
        "\U0001f600\U0001f600",
    ],
)
def test_a_language_without_rules_is_something_else(text: str) -> None:
    assert classify(text) == Route("other", "none", "")


@pytest.mark.parametrize(
    ("question", "label"),
    [
        ("What is a job like this usually paid?", "salary"),
        ("Is there still demand for this, or is the field shrinking?", "market"),
        ("Please shorten this job ad to 80 words.", "job_description"),
        ("Which ATS keywords does this ad contain?", "ats_keywords"),
        ("How well does my CV match this posting?", "job_resume_match"),
    ],
)
def test_a_document_above_or_below_the_question_is_not_the_question(question: str, label: str) -> None:
    document = "\n".join([ADVERT] * 200)
    for text in (
        f"{question}\n\n{ADVERT}",
        f"{ADVERT}\n\n{question}",
        f"{question}\n{document}",
        f"{document}\n{question}",
    ):
        assert classify(text).label == label


def test_of_a_chatml_prompt_the_last_user_turn_is_judged() -> None:
    turns = ["how much does a nurse make?", "And unemployment in Spain?", "Write a job description for a nurse."]
    prompts = [
        "".join(f"{IM_START}user\n{turn}{IM_END}\n{IM_START}assistant\nNo.{IM_END}\n" for turn in turns[:last])
        for last in (1, 2, 3)
    ]
    system = f"{IM_START}system\nYou write resumes.{IM_END}\n"
    assert [classify(system + prompt).label for prompt in prompts] == ["salary", "market", "job_description"]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("What does a compensation committee do?", "other"),
        ("How do I pay attention in long meetings?", "other"),
        ("Why does scikit-learn raise a ValueError?", "other"),
        ("How long does it take to earn a certificate in bookkeeping?", "other"),
        ("How do I negotiate a higher salary?", "other"),
        ("Soll ich im Gespr\u00e4ch mein jetziges Gehalt nennen?", "other"),
        ("What does a compensation analyst earn?", "salary"),
        ("Do payroll specialists still find work?", "market"),
        ("Write a JD for a payroll clerk, pay 20 EUR an hour", "job_description"),
        ("Recruiting plan for five sales reps with a 60k budget", "recruiting_strategy"),
        ("Bullet for my resume: ran payroll for 300 people", "resume_guidance"),
    ],
)
def test_words_of_pay_that_ask_for_none(text: str, label: str) -> None:
    assert classify(text).label == label


@pytest.mark.parametrize(
    "text",
    [
        "How much does a nurse make? " * 4_000,
        "what " * 20_000,
        "nurse is the what how much " * 4_000,
        " ".join(f"{number}abcdefghijklmnopqrstuvwxyz" * 2 for number in range(2_000)),
        "a" * 100_000,
        "s a l a r y " * 9_000,
        '"' * 100_000,
        "$1,1" * 25_000,
        "\n" * 100_000,
        "\u200b" * 100_000,
        f"{IM_START}user\n" * 6_000,
    ],
)
def test_a_long_question_is_read_at_its_ends_only(text: str) -> None:
    half = len(text) // 2
    assert classify(text) == classify(f"{text[:half]} xyz {text[half:]}")


def test_the_table_can_be_read() -> None:
    lists = WORDS | MASKS
    used = {
        name
        for rule in RULES
        for names in re.findall("<(.+?)>", rule.patterns + rule.unless)
        for name in names.split("|")
    }
    assert used <= WORDS.keys()
    assert WORDS.keys() - used == {"greeting"}
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert {rule.label for rule in RULES} == set(LABELS)
    for name, table in lists.items():
        phrases = [" ".join(phrase.split()) for phrase in table.split(",")]
        assert len(set(phrases)) == len(phrases), name
        assert folded(table) == table, name
        assert "" not in phrases, name
        assert all(len(part.strip("*")) < 16 for part in re.findall(r"\*\w+\*", table)), name
