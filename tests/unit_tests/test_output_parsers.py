from __future__ import annotations

import pickle

import pytest
from langchain_core.exceptions import OutputParserException
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, Generation

from langchain_careerv2.domains import DOMAINS, AtsKeywords, ResumeGuidance
from langchain_careerv2.ledger import Attempt, Ledger
from langchain_careerv2.output_parsers import CareerOutputParser, ContractError
from langchain_careerv2.runpod.outputs import Usage

GOOD = DOMAINS["ats_keywords"].exemplars[0]


def test_a_good_text_becomes_the_typed_answer() -> None:
    answer = CareerOutputParser("ats_keywords").invoke(GOOD)
    assert isinstance(answer, AtsKeywords)
    assert answer.keywords[:2] == ["Audit", "Budgeting"]


def test_the_seed_is_joined_to_a_completion() -> None:
    completion = DOMAINS["resume_guidance"].exemplars[0].removeprefix("1. ")
    answer = CareerOutputParser("resume_guidance").parse(completion)
    assert isinstance(answer, ResumeGuidance)
    assert len(answer.bullets) == 6


def test_a_bad_text_is_a_contract_error_with_all_that_is_known() -> None:
    with pytest.raises(ContractError) as caught:
        CareerOutputParser("ats_keywords").parse("A candidate's secret")
    error = caught.value
    assert isinstance(error, OutputParserException)
    assert error.domain == "ats_keywords"
    assert [issue.code for issue in error.issues] == ["count"]
    assert error.llm_output == error.text == "1. A candidate's secret"
    assert error.observation == DOMAINS["ats_keywords"].clarifiers["count"]
    assert str(error) == (
        "the answer fails the contract of ats_keywords: count: expected 20 to 40 different keywords"
        " (at least 15, at most 50), found 1 different of 1"
    )


def test_a_contract_error_survives_pickling() -> None:
    reading = DOMAINS["ats_keywords"].read("no")
    error = ContractError(DOMAINS["ats_keywords"], reading, Ledger((Attempt("draft", reading, usage=Usage(3, 4)),)))
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
    assert (str(copy), copy.issues, copy.attempts) == (str(error), error.issues, error.attempts)
    assert copy.usage == Usage(3, 4)


@pytest.mark.parametrize("cut", [True, False])
def test_a_finish_reason_of_length_marks_the_end_as_unfinished(cut: bool) -> None:
    info = {"finish_reason": "length" if cut else "stop"}
    message = AIMessage(GOOD, response_metadata=info)
    for generation in (Generation(text=GOOD, generation_info=info), ChatGeneration(message=message)):
        answer = CareerOutputParser("ats_keywords").parse_result([generation])
        assert isinstance(answer, AtsKeywords)
        assert ("Data visualization" in answer.keywords) is not cut


def test_format_instructions_say_what_the_answer_must_look_like() -> None:
    assert "20-40 different ATS keywords" in CareerOutputParser("ats_keywords").get_format_instructions()


def test_a_parser_judges_through_its_lens() -> None:
    fifteen = ", ".join(f"w{number}" for number in range(15))
    assert CareerOutputParser("ats_keywords").parse(fifteen)
    assert CareerOutputParser("ats_keywords", lens="reference").parse("anything")
    with pytest.raises(ContractError):
        CareerOutputParser("ats_keywords", lens="strict").parse(fifteen)


def test_a_parser_looks_claims_up_in_the_request() -> None:
    parser = CareerOutputParser("ats_keywords")
    assert "exemplar" in {issue.code for issue in parser.read(Generation(text=GOOD), "Help").issues}
    assert parser.read(Generation(text=GOOD)).issues == ()
