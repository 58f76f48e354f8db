"""What holds for every domain."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from pathlib import Path

import pytest
from pydantic import ValidationError

from langchain_careerv2 import domains
from langchain_careerv2.domains import DOMAINS, Answer, Domain, Issue, unclarified
from langchain_careerv2.domains._base import CUT_CLARIFIER
from langchain_careerv2.prompts import domain_prompt

EACH = pytest.mark.parametrize("domain", DOMAINS.values(), ids=DOMAINS)
CODES = {"len", "bullets", "verbs", "ats_line", "sections", "score", "content", "channels", "cadence", "count"}
LOOKED_UP = {"exemplar", "ungrounded"}
"""What only an answer to a known request can lack."""


def test_the_catalogue_is_the_folder() -> None:
    folder = Path(domains.__file__).parent
    assert set(DOMAINS) == {path.stem for path in folder.glob("[!_]*.py")}


def test_the_guides_table_of_decoding_and_targets() -> None:
    assert {name: (domain.max_tokens, domain.target) for name, domain in DOMAINS.items()} == {
        "resume_guidance": (200, 0.85),
        "job_description": (230, 0.80),
        "job_resume_match": (200, 0.80),
        "recruiting_strategy": (180, 0.95),
        "ats_keywords": (150, 0.95),
    }


def test_the_guides_seeds() -> None:
    seeded = {name for name, domain in DOMAINS.items() if domain.seed == "1. "}
    assert seeded == {"resume_guidance", "recruiting_strategy", "ats_keywords"}


@EACH
def test_each_exemplar_passes_its_own_contract_without_any_issue(domain: Domain[Answer]) -> None:
    for exemplar in domain.exemplars:
        assert domain.read(exemplar).issues == ()


@EACH
def test_reading_what_an_answer_renders_gives_the_answer_again(domain: Domain[Answer]) -> None:
    for exemplar in domain.exemplars:
        answer = domain.read(exemplar).answer
        assert answer is not None
        assert domain.read(str(answer)).answer == answer


@EACH
@pytest.mark.parametrize("text", ["", " \n", "<|im_end|>", "\u200b"])
def test_an_empty_text_carries_every_code_of_its_domain(domain: Domain[Answer], text: str) -> None:
    reading = domain.read(text)
    assert not reading.ok
    assert {issue.code for issue in reading.issues} == set(domain.clarifiers) - LOOKED_UP
    assert set(domain.clarifiers) <= CODES | LOOKED_UP
    assert LOOKED_UP.isdisjoint(domain.clarifiers) is not bool(domain.claims)


@EACH
def test_the_seed_is_joined_back_exactly_once(domain: Domain[Answer]) -> None:
    completion = domain.exemplars[0].removeprefix(domain.seed)
    for text in (completion, f" {completion}", domain.seed + completion):
        assert domain.read(text).text == domain.seed + completion


@EACH
def test_a_cut_answer_does_not_count_its_unfinished_end(domain: Domain[Answer]) -> None:
    whole, cut = (domain.read(domain.exemplars[0], truncated=truncated).answer for truncated in (False, True))
    assert whole is not None
    assert cut is not None
    assert len(str(cut)) < len(str(whole))


def every_issue(domain: Domain[Answer]) -> list[Issue]:
    return [Issue(code, "gate", "less", "more") for code in domain.clarifiers]


@EACH
def test_a_clarifier_names_what_was_wrong_and_nothing_else(domain: Domain[Answer]) -> None:
    issues = every_issue(domain)
    for issue in issues:
        assert domain.clarify([issue]) == domain.clarifiers[issue.code]
    assert domain.clarify(issues) == " ".join(domain.clarifiers.values())
    assert "..." not in domain.clarify(issues)
    assert domain.clarify([dataclasses.replace(issue, severity="contract") for issue in issues]) == ""


@EACH
def test_every_clarifier_fits_into_a_tenth_of_the_shortest_prompt(domain: Domain[Answer]) -> None:
    room = len(domain_prompt(domain).format(request="x")) // 10 - 1
    for sentence in (*domain.clarifiers.values(), CUT_CLARIFIER):
        assert len(f"(9) {sentence}") <= room


@EACH
def test_as_many_clarifiers_are_said_as_there_is_room_for_and_one_at_least(domain: Domain[Answer]) -> None:
    issues, sentences = every_issue(domain), list(domain.clarifiers.values())
    assert domain.clarify(issues, room=0) == sentences[0]
    assert len(domain.clarify(issues, room=len(sentences[0]) + 30)) <= len(sentences[0]) + 30
    assert domain.clarify(issues, room=10_000) == " ".join(sentences)


@EACH
def test_a_cut_answer_is_asked_to_be_brief_and_no_more(domain: Domain[Answer]) -> None:
    assert "brief" in domain.clarify(domain.read("").issues, truncated=True)
    assert not any(
        text in domain.clarify(domain.read("").issues, truncated=True) for text in domain.clarifiers.values()
    )


@EACH
def test_answers_and_readings_survive_pickling(domain: Domain[Answer]) -> None:
    reading = domain.read(domain.exemplars[0])
    assert pickle.loads(pickle.dumps(reading)) == reading  # noqa: S301  # our own bytes


@EACH
def test_an_answer_is_pleasant_to_hold(domain: Domain[Answer]) -> None:
    reading = domain.read(domain.exemplars[0])
    answer = reading.answer
    assert answer is not None
    assert answer.reading is reading
    assert answer._repr_markdown_() == str(answer) == answer.render()
    again = domain.answer_type.model_validate_json(answer.model_dump_json())
    assert (again, again.model_dump_json()) == (answer, answer.model_dump_json())
    assert domain.answer_type.model_json_schema()["properties"].keys() == answer.model_dump().keys()
    assert copy.deepcopy(answer) == answer.model_copy() == answer
    assert answer != reading
    assert answer.ungrounded == reading.ungrounded == ()
    assert (answer.flags, answer.cuts) == ((), ())
    for name in ("reading", "ungrounded", "flags", "cuts"):
        with pytest.raises(AttributeError, match="made by hand"):
            getattr(again, name)
    with pytest.raises(ValidationError):
        answer.model_validate({})


def test_the_repr_of_an_error_or_a_reading_stays_readable() -> None:
    assert all(len(repr(domain)) < 6_000 for domain in DOMAINS.values())


@pytest.mark.parametrize("domain", DOMAINS.values(), ids=lambda domain: domain.name)
def test_a_question_is_told_from_what_a_re_ask_adds(domain: Domain[Answer]) -> None:
    issues = [Issue(code, "gate", "", "") for code in domain.clarifiers]
    for added in (domain.clarify(issues), domain.clarify(issues, truncated=True), domain.clarify(issues[:1])):
        assert unclarified(f"Help me.\nPlease\n{added}") == "Help me.\nPlease"
        assert unclarified(f"Help me\n(2) {added}\n") == "Help me"
    assert unclarified("Help me\nBe brief.") == "Help me\nBe brief."
