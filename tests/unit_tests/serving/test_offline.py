from __future__ import annotations

import pytest

from langchain_careerv2.chatml import render, with_documents
from langchain_careerv2.domains import DOMAINS, Answer, Domain
from langchain_careerv2.evals.cases import PROMPTS
from langchain_careerv2.prompts import domain_prompt
from langchain_careerv2.serving.offline import DEFECTS, ENGINE_NAME, OfflineEngine, read_brief

EACH = pytest.mark.parametrize("domain", DOMAINS.values(), ids=DOMAINS)
ODD = ("x", "Hilfe, ich brauche Arbeit", "\u4f60\u597d", "1. 2. 3.", "Score: 5/100", "for for for", "(((")


def write(domain: Domain[Answer], request: str, engine: OfflineEngine, max_tokens: int = 0) -> tuple[str, bool]:
    written = engine.complete(domain_prompt(domain).format(request=request), max_tokens or domain.max_tokens)
    return written.text, written.finish_reason == "length"


@EACH
def test_without_defects_every_answer_keeps_its_contract_within_the_guides_tokens(domain: Domain[Answer]) -> None:
    for seed, request in enumerate([*PROMPTS[domain.name], *ODD]):
        text, cut = write(domain, request, OfflineEngine(seed=seed))
        assert not cut
        assert domain.read(text).issues == (), request


@EACH
def test_it_is_deterministic_for_a_seed_and_varies_with_it(domain: Domain[Answer]) -> None:
    request = PROMPTS[domain.name][0]
    texts = [write(domain, request, OfflineEngine(seed=seed, defect_rate=0.5))[0] for seed in (1, 1, *range(2, 20))]
    assert texts[0] == texts[1]
    assert len(set(texts)) > 1


@EACH
def test_the_completion_does_not_repeat_the_seed(domain: Domain[Answer]) -> None:
    prompt = domain_prompt(domain).format(request=PROMPTS[domain.name][0])
    completion = OfflineEngine().complete(prompt, 500).text
    assert domain.read(completion).text == domain.seed + completion


@EACH
def test_what_the_request_names_is_in_the_answer(domain: Domain[Answer]) -> None:
    text, _ = write(domain, "Resume: Terraform. Job: data analyst with Tableau.", OfflineEngine())
    assert any(named in text for named in ("Tableau", "Terraform", "data analyst"))


@pytest.mark.parametrize("defect", DEFECTS)
def test_each_defect_changes_every_domains_answer(defect: str) -> None:
    for domain in DOMAINS.values():
        plain = write(domain, PROMPTS[domain.name][0], OfflineEngine())
        marred = write(domain, PROMPTS[domain.name][0], OfflineEngine(defect_rate=1, defects=(defect,)))
        assert marred != plain or (defect, domain.name) == ("inline_lists", "ats_keywords")
        assert marred[1] is (defect == "cut")


@pytest.mark.parametrize("defect", DEFECTS)
def test_readers_take_what_is_only_form_and_reject_what_is_missing(defect: str) -> None:
    passes = defect in ("inline_lists", "digit_start")
    for domain in DOMAINS.values():
        text, cut = write(domain, PROMPTS[domain.name][0], OfflineEngine(defect_rate=1, defects=(defect,)))
        assert domain.read(text, truncated=cut).ok is passes, f"{domain.name}: {text}"


def test_a_fenced_resume_is_read_to_its_end_whatever_words_it_has() -> None:
    resume = "Checked a job's numbers against the books.\nPython, SQL"
    asked = with_documents("Compare", {"resume": resume, "job_description": "Python and dbt"})
    domain = DOMAINS["job_resume_match"]
    answer = domain.read(OfflineEngine().complete(render(domain.system, asked), domain.max_tokens).text).answer
    assert answer is not None
    assert answer.model_dump()["matches"][0].startswith("Python is named")
    assert answer.model_dump()["gaps"][0].startswith("dbt is asked for")


def test_the_defect_rate_is_kept() -> None:
    engine = OfflineEngine(defect_rate=0.3, defects=("repeats",))
    domain = DOMAINS["ats_keywords"]
    failed = sum(not domain.read(write(domain, f"Request {number}", engine)[0]).ok for number in range(1000))
    assert 250 < failed < 350


def test_max_tokens_cut_the_answer_and_are_counted() -> None:
    prompt = domain_prompt("resume_guidance").format(request="Help")
    written = OfflineEngine().complete(prompt, 20)
    whole = OfflineEngine().complete(prompt, 500)
    assert (written.completion_tokens, written.finish_reason) == (20, "length")
    assert whole.text.startswith(written.text)
    assert whole.completion_tokens > 20
    assert whole.prompt_tokens > 20


@pytest.mark.parametrize(
    ("request_", "role", "years", "named"),
    [
        ("Optimize my resume for Senior Backend Engineer (Python, FastAPI, AWS).", "Senior Backend Engineer", 3,
         ("Python", "FastAPI", "AWS")),
        ("Plan to hire 3 backend engineers in Berlin", "backend engineers", 3, ()),
        ("JD for a nurse with 7+ years in Triage", "nurse", 7, ("Triage",)),
        ("JavaScript and Javanese", "specialist", 3, ()),
    ],
)  # fmt: skip
def test_briefs(request_: str, role: str, years: int, named: tuple[str, ...]) -> None:
    brief = read_brief(request_)
    assert (brief.role, brief.years, brief.named) == (role, years, named)


def test_a_plain_question_is_guessed_and_anything_else_gets_the_engines_name() -> None:
    engine = OfflineEngine()
    assert "ATS Keywords" in engine.complete("Improve my resume", 200).text
    assert engine.complete("What is the weather?", 200).text.startswith(ENGINE_NAME)
    assert "no language model" in ENGINE_NAME


def test_the_guides_own_prompt_is_recognised() -> None:
    system = "You are a career coach specializing in resumes. Provide 6-8 numbered bullets using action verbs."
    text = OfflineEngine().complete(render(system, "Optimize my resume.", "1. "), 200).text
    assert DOMAINS["resume_guidance"].read(text).ok


@pytest.mark.parametrize("fields", [{"defect_rate": 1.5}, {"defect_rate": -0.1}, {"defects": ("typos",)}])
def test_impossible_settings_are_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"defect_rate must be|unknown defects: typos"):
        OfflineEngine(**fields)  # type: ignore[arg-type]  # that is the point
