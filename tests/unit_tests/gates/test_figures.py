from __future__ import annotations

import pytest

from langchain_careerv2.gates.figures import pay_figures, settled

PAY = {
    "A data engineer earns $90,000 per year.": "$90,000",
    "Salary: 85-105k": "85-105k",
    "Expect 60.000 \u20ac brutto im Jahr.": "60.000 \u20ac",
    "You can make about $45/h.": "$45",
    "Ein Gehalt von 55 000 EUR ist \u00fcblich": "55 000 EUR",
    "On gagne environ 2 300 \u20ac par mois": "2 300 \u20ac",
    "El sueldo medio es de 30.000 euros": "30.000 euros",
    "90,000 EUR is the usual salary": "90,000 EUR",
    "eighty thousand dollars per year": "eighty thousand dollars",
    "pay is around 70k": "70k",
}
NO_PAY = [
    "Reduced costs by $40,000 per year",
    "Managed a budget of 2,000,000 EUR a year",
    "Grew ARR to $5M",
    "Handled 10,000 requests per hour",
    "1. Led 12 people in 2019-2023",
    "Processed payroll for 1,200 employees",
    "Closed $1.2M in sales",
    "ISO 27001 and 45,000 users",
    "5+ years in salary benchmarking of 300 roles",
]


@pytest.mark.parametrize(("text", "figure"), PAY.items())
def test_a_pay_figure_is_found_where_it_stands(text: str, figure: str) -> None:
    assert [text[slice(*span)] for span in pay_figures(text)] == [figure]


@pytest.mark.parametrize("text", NO_PAY)
def test_other_money_and_other_numbers_are_no_pay(text: str) -> None:
    assert pay_figures(text) == []


def test_what_the_request_says_may_be_repeated() -> None:
    assert pay_figures("Pay: 85,000 to 105,000 EUR salary", "JD for a QA engineer, range is 85 to 105k") == []
    assert pay_figures("Salary: 120k", "JD for a QA engineer, range is 85 to 105k") != []


@pytest.mark.parametrize("text", PAY)
@pytest.mark.parametrize("end", ["", "\n", " And more text follows here, quite some of it, with nothing in it."])
def test_no_part_of_a_pay_figure_is_shown_however_a_text_is_cut(text: str, end: str) -> None:
    whole = f"We think this. {text}{end}"
    first = pay_figures(whole)[0][0]
    assert max(settled(whole[:cut]) for cut in range(len(whole) + 1)) <= first


@pytest.mark.parametrize("text", NO_PAY)
def test_a_text_without_pay_is_shown_to_its_end_in_time(text: str) -> None:
    assert settled(f"{text}\n") == len(text) + 1


@pytest.mark.parametrize(
    "text",
    [
        "Nurses make $85k.",
        "Sales managers earn $120,000 per year.",
        "The salary of a customer success manager is $95,000 a year",
        "Salary for a payroll specialist: $65,000 a year",
        "**Salary:**\n- $90,000 to $110,000",
        "Compensation\n$90,000-$110,000",
        "Salary: 4500 per month",
        "Base of 120k plus bonus.",
        "Annual income of $90,000",
    ],
)
def test_pay_is_told_from_other_money_by_the_nearer_word(text: str) -> None:
    assert pay_figures(text) != []


def test_amounts_are_compared_in_units() -> None:
    assert pay_figures("The salary is ninety thousand dollars a year.", "budget $10,000") != []
    assert pay_figures("Salary: 30 thousand EUR per year", "Nurse, 30 EUR an hour") != []
    assert pay_figures("Salary: 90 thousand dollars", "Nurse 90k") == []


def test_outside_of_the_domains_any_money_counts() -> None:
    text = "It is 85k there."
    assert pay_figures(text) == []
    assert [text[slice(*span)] for span in pay_figures(text, any_money=True)] == ["85k"]
    assert settled(f"{text} {'And so on. ' * 9}", any_money=True) == text.index("85k")


@pytest.mark.parametrize(
    "text",
    [
        "Salary ranges:\n- Junior: $60,000-$80,000",
        "| Level | Salary |\n|---|---|\n| Junior | $60,000 |",
        "A nurse makes $80,000.",
        "Pay: 35/hr",
        "Nurses earn USD90000",
        "Hourly rate: 45 dollars",
    ],
)
def test_a_heading_is_for_its_whole_list(text: str) -> None:
    assert pay_figures(text) != []
    assert pay_figures(f"{text}\n\nCosts fell by $4,000.") == pay_figures(text)


@pytest.mark.parametrize("text", ["_" * 8_000 + " ..", "a" * 8_000 + "!!!", "9abc" * 4_000 + "...", "$1,1" * 4_000])
def test_a_long_line_without_a_figure_is_looked_at_in_one_go(text: str) -> None:
    assert 0 <= settled(text) <= len(text)
