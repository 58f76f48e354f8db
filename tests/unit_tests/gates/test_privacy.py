"""Hiding who a text is about: what is found, what is left alone, and that it all comes back."""

from __future__ import annotations

import json
import pickle
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from langchain_careerv2.domains import DOMAINS
from langchain_careerv2.evals.cases import cases
from langchain_careerv2.gates.privacy import CARRIED, DetectorError, Mask, detect, each
from langchain_careerv2.restoring import hidden_error

FOUND = {
    # names behind a label
    "Name: Jane Doe": "Name: [NAME_1]",
    "name: jane doe\nrole: nurse": "name: [NAME_1]\nrole: nurse",
    "Name: DOE, Jane": "Name: [NAME_1]",
    "**Full name:** Xiulan Zhao-Li": "**Full name:** [NAME_1]",
    "Contact name: Oyelaran Adu": "Contact name: [NAME_1]",
    "Candidate: Oluwaseun Adeyemi, 5 years": "Candidate: [NAME_1], 5 years",
    "Bewerber: Jürgen Müller": "Bewerber: [NAME_1]",
    "Nom : Amélie Durand": "Nom : [NAME_1]",
    "Nombre: María del Carmen López": "Nombre: [NAME_1]",
    "Vorname: Jürgen, Nachname: Groß": "Vorname: [NAME_1], Nachname: [NAME_2]",
    # names that are said
    "My name is Xiulan Zhao and I": "My name is [NAME_1] and I",
    "I am Jane Doe, a nurse": "I am [NAME_1], a nurse",
    "I'm Jane O'Brien.": "I'm [NAME_1].",
    "Ich bin Anna Schmidt und": "Ich bin [NAME_1] und",
    "Je m'appelle Amélie d'Aubigné.": "Je m'appelle [NAME_1].",
    "Me llamo José Ortega": "Me llamo [NAME_1]",
    "Mr. Abernathy and Mrs Abernathy": "Mr. [NAME_1] and Mrs [NAME_1]",
    "Herr Schmidt, Frau Dr. Weber": "Herr [NAME_1], Frau Dr. [NAME_2]",
    "Mme Lefèvre et M. Dupont": "Mme [NAME_1] et M. [NAME_2]",
    "Sra. Ordóñez; Ms. Black": "Sra. [NAME_1]; Ms. [NAME_2]",
    "Optimize the resume of Xiulan Zhao for a bank": "Optimize the resume of [NAME_1] for a bank",
    "Tailor Jane Doe's resume": "Tailor [NAME_1]'s resume",
    "Kind regards,\nXiulan Zhao": "Kind regards,\n[NAME_1]",
    # names by a given name, or by an address
    "Compare Jane Doe with the job": "Compare [NAME_1] with the job",
    "JANE DOE, nurse": "[NAME_1], nurse",
    "DUPONT Marie, infirmière": "[NAME_1], infirmière",
    "Hans-Eberhard von der Linde hat": "[NAME_1] hat",
    "Emma White leads": "[NAME_1] leads",
    "Xiulan Zhao (xz@example.com)": "[NAME_1] ([EMAIL_1])",
    "Resume:\nXiulan Zhao\nNurse": "Resume:\n[NAME_1]\nNurse",
    "Xiulan Zhao\nSenior Nurse\nxz@example.com": "[NAME_1]\nSenior Nurse\n[EMAIL_1]",
    "Xiulan Zhao | +1 415 555 2671": "[NAME_1] | [PHONE_1]",
    # what has a form of its own
    "jane.doe+cv@mail.example.co.uk.": "[EMAIL_1].",
    "write to jane (at) example (dot) com": "write to [EMAIL_1]",
    "+49 (0)170 1234567": "[PHONE_1]",
    "(415) 555-2671 or 415.555.2672 x12": "[PHONE_1] or [PHONE_2]",
    "0170/1234567, 01 23 45 67 89, 612 34 56 78": "[PHONE_1], [PHONE_2], [PHONE_3]",
    "Tel.: 555 0199": "Tel.: [PHONE_1]",
    "https://janedoe.dev/cv?x=1, www.janedoe.org": "[URL_1], [URL_2]",
    "linkedin.com/in/jane-doe and github.com/janedoe": "[URL_1] and [URL_2]",
    "Portfolio: janedoe.dev": "Portfolio: [URL_1]",
    "GitHub: jane_doe92, Telegram: @janedoe": "GitHub: [URL_1], Telegram: [URL_2]",
    "1600 Amphitheatre Parkway, Mountain View, CA 94043": "[ADDRESS_1]",
    "221B Baker Street, London NW1 6XE": "[ADDRESS_1]",
    "12 Oak Ave Apt 4": "[ADDRESS_1]",
    "Hauptstraße 5a, 10115 Berlin": "[ADDRESS_1]",
    "Karl-Marx-Allee 34, Am Markt 3, x": "[ADDRESS_1], [ADDRESS_2], x",
    "12 bis rue de la Paix, 75002 Paris": "[ADDRESS_1]",
    "Calle Mayor 5, 3º B, 28013 Madrid": "[ADDRESS_1]",
    "P.O. Box 1234": "[ADDRESS_1]",
    "SSN: 078-05-1120": "SSN: [ID_1]",
    "IBAN DE89 3704 0044 0532 0130 00": "IBAN [ID_1]",
    "born on 12 March 1990, NINO AB 12 34 56 C": "born on [ID_1], NINO [ID_2]",
    "card 4111 1111 1111 1111": "card [ID_1]",
    "DNI 12345678Z, NIE: X1234567L": "DNI [ID_1], NIE: [ID_2]",
    "Employee ID: EMP-48213, Matricule : 77 1234": "Employee ID: [ID_1], Matricule : [ID_2]",
    "Steuer-ID: 12 345 678 901; passport no: C01X00T47": "Steuer-ID: [ID_1]; passport no: [ID_2]",
    "NIR 1 85 05 78 006 084 91": "NIR [ID_1]",
    "Date of birth: March 12, 1990; geboren am 3.4.1985": "Date of birth: [ID_1]; geboren am [ID_2]",
    # through what cannot be seen
    "Li\u200bsa Schm\u00adidt\u00a0wrote": "[NAME_1]\u00a0wrote",
    "Jose\u0301 Garci\u0301a, jane@\u200bexample.com": "[NAME_1], [EMAIL_1]",
    "\uff2a\uff41\uff4e\uff45 Doe +1\u00a0415\u2011555\u20112671": "[NAME_1] [PHONE_1]",
}

CLEAN = """\
Optimize my resume for Senior Backend Engineer (Python, FastAPI, AWS).
C++17, C++20, C#, F# and Objective-C; 10k+ req/sec at p99 < 50 ms, 24/7 on call.
Python 3.11.2, Django 4.2, PostgreSQL 15.3, Node.js 18.16.0 and ASP.NET Core 7.0
ISO 9001:2015, ISO 27001, IEC 62304, SOC 2 Type II, GDPR Art. 32
2015-2019 Software Engineer; 2019 - 2021 Tech Lead; 01/2021 - 03/2023 Manager
From 03.2015 to 12.2019, then 01.01.2020 - 31.12.2022
Jan 2015 - Mar 2019, Q3 2021, FY 2022/2023
Increased revenue by 35% to $1,200,000 in 2021, 10 000 000 users, 1 500 000 EUR
IP 10.0.0.1, port 8080, 192.168.100.200, CIDR 10.20.30.40/16
Sprint 12-15, tickets 1234-5678, error 404, HTTP 500, RFC 2616
scikit-learn, pandas, NumPy 1.24.3, PyTorch 2.0.1, CUDA 11.8
B.Sc., M.Sc., B.A., M. Sc. Informatik, Ph.D., MBA, Dipl.-Ing., Dr.-Ing.
Senior Backend Engineer at Goldman Sachs and Morgan Stanley
Johnson & Johnson, Ernst & Young, Procter & Gamble, Marks & Spencer, Barnes & Noble
Charles Schwab, Calvin Klein, Ralph Lauren, Hugo Boss, Robert Bosch GmbH, Carl Zeiss AG
Registered Nurse at St. Mary's Hospital, St. John's Clinic and Mount Sinai
Johns Hopkins University, James Madison University, Louis Pasteur Hospital
Certified Scrum Master, Six Sigma Black Belt, Project Management Professional
AWS Certified Solutions Architect - Associate, Google Cloud Professional Data Engineer
San Francisco, New York City, Los Angeles, San Jose, Santiago Chile, St. Louis
Victoria Australia, Charlotte North Carolina, Sofia Bulgaria, Santa Maria
Work Experience
Professional Summary
Education and Certifications
Job Title: Marketing Manager, Location: Berlin, Salary: 55.000-65.000 EUR
Job ID: 48213, Req ID: R-20231, Ref. no: 2023/117
Position: Head of People Operations (m/f/d), 80-100%
Candidate: Senior Data Analyst with 5 years of SQL
Candidate: Registered Nurse, ICU
Applicant: Scrum Master
Name: see the attached file
Company name: Acme Robotics
Project name: Blue Horizon
I am Senior Software Engineer, looking for a change.
I am Six Sigma certified, and I'm Agile Coach at heart.
I am German, I am currently unemployed.
Sr. Software Engineer, Sr. Java Developer, Jr. Analyst
Ms Office, MS Excel, MS SQL Server, Dr. rer. nat.
Resume: Python, SQL, 5 years of backend work. Job: Backend Engineer with Python, AWS, Docker, 4+ years.
Resume: RN, Triage, Epic, BLS, 2 years. Job description: ICU nurse, ACLS, Intensive care, 3+ years.
Resume for Senior Product Designer at Google Cloud
Resume for Goldman Sachs, cover letter for Deutsche Bank, application for Johnson Controls
CV of Registered Nurse, profile of Ideal Candidate
The data scientist's resume, the Product Owner's resume, a nurse's CV
Ruby on Rails, Apache Maven, Ansible Tower, Kali Linux, Jasper Reports
Spring 5, Spring Boot 2.7, Angular 12, React 18, Vue 3, Monitoring 24/7
Arbeitsplatz 4.0, Platz 1 im Wettbewerb, Ausbildungsplatz 2024
S3 4GB, EC2 8GB, B2B 2GB, USB 3.0, M.2, RTX 4090, i7-12700K
TCP/IP, CI/CD, and/or, OSI layer 7, 802.11ac, 5G, IPv6
Booking.com, Monster.com, draw.io, Socket.io, Next.js, Salesforce.com
npm install @angular/core @types/node; pip install langchain==0.3.1
git@1.2, k8s@1.27.3, user story #1234, JIRA-1234, ABC-123
Managed a team of 12, 3 places to improve, 5 ways to grow, 10 roads ahead
LinkedIn: 3 posts a week, GitHub: 100k stars, LinkedIn: follow-up, two-step outreach
24 Hour Fitness, 7 Eleven, 3M, 20th Century Fox, Forever 21
Led 3 Square initiatives, 5 Key Drivers, 2 Year Drive
24 cours de Python, 10 places de parking, 3 rues, 5 avenues de croissance
Softwareentwickler mit Erfahrung in Java, Berlin, ab sofort
Stellenbeschreibung: Leiter Vertrieb und Marketing in Hamburg
Ich bin Projektleiter und suche eine neue Stelle.
Wir suchen eine Fachkraft für Lagerlogistik in Vollzeit, Schichtbetrieb, 40 Stunden.
Die Aufgaben umfassen Planung, Einkauf, Verwaltung und die Betreuung unserer Kunden.
Abgeschlossene Ausbildung als Industriekaufmann, gute Deutsch- und Englischkenntnisse
Leitender Oberarzt Innere Medizin, Universitätsklinikum Köln
Bewerber: Staatlich geprüfter Techniker
Frau oder Mann, Herr der Lage, Dr. med. gesucht
Technicien Supérieur en Informatique, Infirmière Diplômée d'État
Responsable des Ressources Humaines, Chef de Projet Digital, Paris
Développeur Full Stack, Chargé de Recrutement, Lyon, 35 heures
Améliore mon CV pour un poste de Directeur Commercial
Je suis Ingénieur Logiciel, je suis disponible
Ingeniero de Software Senior, Jefe de Proyecto, Madrid
Técnico Superior en Administración de Sistemas, Enfermera de Urgencias
Soy Ingeniera Industrial con 5 años de experiencia en Barcelona
Mejora mi currículum de Desarrollador Web para una empresa de Sevilla
Plan to hire 3 backend engineers in Berlin in 3 months.
Diversity recruiting plan for graduate software engineers.
We need 2 nurses by 01/09/2024, 12-hour shifts, 07:00-19:00
Budget 50000-60000, headcount 10000 Mitarbeiter, 5-day week
Fortune 500, Big Four, Series B, Y Combinator, Ivy League
Lean Six Sigma Green Belt, PMP, PRINCE2 Practitioner, ITIL v4, CISSP
ISBN 978-3-16-148410-0, DOI 10.1000/182, patent US 9,123,456
Grant writing, Chase Bank, Bill of materials, Will be promoted in May
Mark all that apply, Grace period, April to June, Summer Analyst 2023, Austin Texas
Address: the skills gap; how to address 2 gaps; return address registers
License: Apache 2.0, MIT License, Class 95 pass rate, pass: 95 tests
Tax: 2018-2020 filings, ID verification, passport control, insurance claims
Contact: Human Resources. Reference: Senior Manager. Manager: Regional Sales
Phone interviews, mobile apps, fax machines, tel. 24 hours, cell biology 101
Dear Hiring Manager,
Key Account Manager, Customer Success Manager, Site Reliability Engineer, Growth Marketing Lead
Microsoft Azure, Amazon Web Services, Google Kubernetes Engine, Apache Kafka, Red Hat OpenShift
Power BI, Tableau, Looker Studio, Google Analytics 4, Adobe Photoshop, Final Cut Pro
Kaufmännischer Leiter, Elektroniker für Betriebstechnik, Pflegefachkraft mit Nachtdienst
[NAME], [Your Name], [Email], {request}, <name>, NAME_1 and [NAME_2]
1. Led 2. Built 3. Grew; 1) first 2) second; 3.5 GPA; 4.0/5.0; 7/10
Score 85/100, 1,234,567 rows, 0.001, 1e-9, -5%, +10%, x2, ~300
"""


@pytest.mark.parametrize(("text", "hidden"), FOUND.items())
def test_what_says_who_somebody_is_is_hidden_and_comes_back(text: str, hidden: str) -> None:
    for exact in (False, True):
        mask = Mask(exact=exact)
        assert mask.hide(text) == hidden
        if exact or "Abernathy" not in text:
            assert mask.restore(hidden) == text


@pytest.mark.parametrize("text", [*CLEAN.splitlines(), CLEAN, *(prompt for _, prompt in cases(8))])
def test_a_text_without_personal_data_stays_as_it_is(text: str) -> None:
    assert Mask().hide(text) == text


def test_no_domains_own_words_are_hidden() -> None:
    for domain in DOMAINS.values():
        for text in (domain.system, *domain.exemplars, *domain.clarifiers.values()):
            assert Mask().hide(text) == text


def test_no_labelled_answer_is_touched() -> None:
    path = Path(__file__).parents[1] / "domains" / "labelled.jsonl"
    texts = [text for line in path.read_text(encoding="utf-8").splitlines() for text in json.loads(line).values()]
    answers = [text for text in texts if isinstance(text, str)]
    assert len(answers) > 500
    assert [text for text in answers if Mask().hide(text) != text] == []


RESUME = """\
Jane M. Doe
jane@example.com | +1 415 555 2671

Ms. Doe led a team. JANE DOE's team grew. Jane wrote to JANE@EXAMPLE.COM or (+1) 415-555-2671. doe is lower case.
Jane_Doe_resume.pdf
"""
HIDDEN = """\
[NAME_1]
[EMAIL_1] | [PHONE_1]

Ms. [NAME_1] led a team. [NAME_1]'s team grew. [NAME_1] wrote to [EMAIL_1] or [PHONE_1]. doe is lower case.
[NAME_1]_resume.pdf
"""


def test_a_value_has_one_placeholder_however_it_is_written_and_so_has_a_part_of_a_name() -> None:
    mask = Mask()
    assert mask.hide(RESUME) == HIDDEN
    assert mask.hide("Doe called (+1) 415 555-2671") == "[NAME_1] called [PHONE_1]"
    assert mask.hide("John Roe") == "[NAME_2]"
    assert mask.restore("[NAME_1] <[EMAIL_1]>") == "Jane M. Doe <jane@example.com>"


def test_an_exact_mask_gives_back_the_very_text() -> None:
    mask = Mask(exact=True)
    hidden = mask.hide(RESUME)
    assert mask.restore(hidden) == RESUME
    assert hidden.splitlines()[0] == "[NAME_1]"
    assert set(re.findall(r"\[NAME_[^]]+\]", hidden)) == {f"[NAME_1{form}]" for form in ("", ".2", ".3", ".4", ".5")}


def test_a_part_is_hidden_before_the_whole_name_too() -> None:
    mask = Mask()
    assert mask.hide("Abernathy applied.\nName: Cressida Abernathy") == "[NAME_1] applied.\nName: [NAME_1]"
    mask = Mask()
    mask.learn("Name: Cressida Abernathy")
    assert mask.hide("Abernathy applied. [NAME_1]") == "[NAME_2] applied. [NAME_1]"


def test_a_part_of_two_names_is_neither() -> None:
    mask = Mask()
    hidden = mask.hide("Jane Doe and John Doe. Doe wrote it, Jane read it.")
    assert hidden == "[NAME_1] and [NAME_2]. [NAME_3] wrote it, [NAME_1] read it."
    assert mask.restore(hidden) == "Jane Doe and John Doe. Doe wrote it, Jane Doe read it."


def test_a_surname_that_is_a_common_word_is_hidden_where_it_is_the_name() -> None:
    hidden = Mask().hide("Jane Baker. Baker leads a team; a Baker bakes. Head Baker, Berlin.")
    assert hidden == "[NAME_1]. [NAME_1] leads a team; a Baker bakes. Head Baker, Berlin."


@pytest.mark.parametrize("said", ["[NAME_1]", "[Name_1]", "[name_1]", "[NAME 1]", "[NAME-1]", "[ NAME_1 ]", "NAME_1"])
def test_what_a_model_makes_of_a_placeholder_is_restored(said: str) -> None:
    mask = Mask()
    mask.hide("Jane Doe")
    assert mask.restore(f"**{said}** led; ({said})") == "**Jane Doe** led; (Jane Doe)"
    assert mask.restore(r"[NAME\_1]") == "Jane Doe"
    for other in ("[NAME_2]", "[EMAIL_1]", "NAME_10", "XNAME_1", "[NAME_01]", "NAME 1", "[NAME_1.2]"):
        assert mask.restore(other) == other


@pytest.mark.parametrize("literal", ["[NAME_1]", "[name_1]", "NAME_1", "[NAME-1]"])
def test_the_texts_own_placeholders_are_left_alone(literal: str) -> None:
    mask = Mask()
    hidden = mask.hide(f"{literal} and Jane Doe")
    assert hidden == f"{literal} and [NAME_2]"
    assert mask.restore(hidden) == f"{literal} and Jane Doe"


VALUES = [
    *(
        "Jane Doe",
        "JANE DOE",
        "Doe",
        "Ms. Doe",
        "jane@example.com",
        "+1 415 555 2671",
        "ID: 48213",
        "[NAME_1]",
        "NAME_",
    ),
    *("[NAME_1.2]", "https://x.dev/a", "Hauptstraße 5", "[", "]", "_1", "\u200b", "\u00a0", "'s resume", "\n"),
]


@given(st.lists(st.one_of(st.sampled_from(VALUES), st.text(max_size=8)), max_size=12).map("".join))
@example("NAME_1ID: 48213")
@example("[NAME_1.2] Jane Doe JANE DOE")
def test_whatever_is_hidden_comes_back(text: str) -> None:
    assert Mask(exact=True).restore("") == ""
    exact = Mask(exact=True)
    assert exact.restore(exact.hide(text)) == text
    mask = Mask()
    hidden = mask.hide(text)
    assert mask.hide(text) == hidden


@given(st.text())
def test_an_arbitrary_text_comes_back(text: str) -> None:
    mask = Mask()
    assert mask.restore(mask.hide(text)) == text


@given(st.lists(st.sampled_from([*VALUES[:7], VALUES[10], "\n", " and "]), max_size=9).map(" ".join), st.data())
def test_spans_move_with_what_is_restored(text: str, data: st.DataObject) -> None:
    mask = Mask(exact=True)
    hidden = mask.hide(text)
    end = data.draw(st.integers(0, len(hidden)))
    start = data.draw(st.integers(0, end))
    moved = mask.moved(hidden, {"item": (start, end)})["item"]
    placeholders = [match.span() for match in re.finditer(r"\[[A-Z]+_[0-9.]+\]", hidden)]
    cut = [span for span in placeholders if any(span[0] < edge < span[1] for edge in (start, end))]
    assert 0 <= moved[0] <= moved[1] <= len(text)
    if not cut:
        assert text[slice(*moved)] == mask.restore(hidden[start:end])


def test_a_mask_shows_nothing_of_what_it_holds() -> None:
    mask = Mask()
    mask.hide("Jane Doe, jane@example.com")
    assert repr(mask) == str(mask) == "Mask(2 values)"
    assert len(mask) == 2
    with pytest.raises(TypeError):
        pickle.dumps(mask)


def test_what_an_error_quotes_of_a_hidden_request_is_not_shown() -> None:
    mask = Mask()
    mask.hide("Name: Zo\u00eb Qui\u00f1ones")
    assert hidden_error("the job ended FAILED: anything") == "the job ended FAILED: anything"
    token = CARRIED.set(mask)
    try:
        for quoted in ("Zo\u00eb Qui\u00f1ones", "Zo\\u00eb Qui\\u00f1ones", "Qui%C3%B1ones", "i\u00f1on"):
            shown = hidden_error(f"the job ended FAILED: cannot read {quoted}")
            assert shown == "the job ended FAILED: its words may quote the request, and are hidden"
    finally:
        CARRIED.reset(token)


def test_forms_with_numbers_of_the_text_itself_come_back_as_they_were() -> None:
    text = "Name: Jane Doe\nJane\nDoe\n[NAME_1.2]"
    mask = Mask(exact=True)
    assert mask.restore(mask.hide(text)) == text


@pytest.mark.parametrize("said", ["[Email 1]", "email_1", "name_1", "[NAME_1_2]", "NAME_1.2", "[Phone 1]"])
def test_words_that_only_look_like_a_placeholder_are_left_alone(said: str) -> None:
    mask = Mask()
    mask.hide("Name: Jane Doe, jane@example.com, +44 20 7946 0958")
    assert mask.restore(said) == said


def test_a_prompts_own_tags_are_never_hidden() -> None:
    assert Mask().hide("GitHub: tool_call\n<tool_call>") == "GitHub: tool_call\n<tool_call>"


def codenames(text: str) -> Iterator[tuple[int, int, str]]:
    for match in re.finditer(r"operation \w+", text):
        yield *match.span(), "project-name"


def test_a_detector_of_ones_own_adds_to_what_is_found() -> None:
    mask = Mask([codenames])
    hidden = mask.hide("Jane Doe led operation lighthouse")
    assert hidden == "[NAME_1] led [PROJECTNAME_1]"
    assert mask.restore(hidden) == "Jane Doe led operation lighthouse"


@pytest.mark.parametrize(
    "spans", [[(0, 99, "NAME")], [(3, 3, "NAME")], [(-1, 2, "NAME")], [("Jane", 2, "NAME")], [(1, 2)], None, 7]
)
def test_a_detector_that_fails_hides_nothing_and_says_nothing(spans: object) -> None:
    def failing(text: str) -> Iterator[tuple[int, int, str]]:
        if spans is None:
            raise ValueError(f"cannot read {text}")
        return spans  # type: ignore[return-value]  # as bad detectors do

    with pytest.raises(DetectorError) as caught:
        Mask([failing]).hide("Jane Doe was here")
    assert "Jane" not in f"{caught.value!r}"
    assert caught.value.__context__ is None


def test_what_overlaps_is_hidden_as_one() -> None:
    def wide(text: str) -> list[tuple[int, int, str]]:
        return [(5, 12, "x"), (10, 28, "THING")]

    assert Mask([wide]).hide("Jane Doe, jane@example.com x, nurse") == "[THING_1], nurse"


def test_every_text_in_a_value_is_changed_and_what_is_no_json_is_refused() -> None:
    value = {"a": ["x", ("y", 1)], "b": None, "c": True}
    assert each(value, str.upper) == {"A": ["X", ("Y", 1)], "B": None, "C": True}
    with pytest.raises(TypeError, match="bytes is no text"):
        each({"a": b"Jane"}, str)


SOME = range(9000)
HOSTILE = {
    "letters": "a" * 100_000,
    "hosts": "@a.bb" * 20_000,
    "hyphens": "A-" * 50_000,
    "digits": "1 " * 50_000,
    "one name": "Jane Doe " * 11_000,
    "many names": " ".join(
        f"Jane Q{chr(97 + i % 26)}{chr(97 + i // 26 % 26)}{chr(97 + i // 676)}" for i in range(9000)
    ),
    "addresses": " ".join(f"a{i}@b{i}.com" for i in range(7000)),
    "numbers": " ".join(f"+49 170 {i:07}" for i in range(6000)),
    "streets": "Karl-Marx-Stra" * 7000,
    "lots": "1 Aa Bb " * 12_000,
    "towns": "New York-" * 11_000 + "SW1A 1A",
    "labels": "name: " * 16_000,
    "ids": "ID: AB1-" * 12_000,
    "brackets": "[NAME_" * 15_000,
    "blanks": " " * 100_000,
    "lines": "\n" * 100_000,
    "invisible": "a\u200b" * 50_000,
    "births": "born 1 " * 14_000,
    "dots": "a." * 50_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.timeout(30)  # the whole 2 MB take some seconds; anything quadratic takes minutes
def test_a_hostile_text_takes_no_longer_than_any_other(text: str) -> None:
    mask = Mask(exact=True)
    assert mask.restore(mask.hide(text)) == text


def test_the_detector_alone_says_where_and_what() -> None:
    assert list(detect("Dear Jane Doe")) == [(5, 13, "NAME")]
