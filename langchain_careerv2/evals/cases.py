"""The suite's prompts, per domain: different roles, levels, industries and forms."""

from __future__ import annotations

from collections.abc import Iterator

from langchain_careerv2.domains import DOMAINS

PROMPTS: dict[str, tuple[str, ...]] = {
    "resume_guidance": (
        "Optimize my resume for Senior Backend Engineer (Python, FastAPI, AWS).",
        "Rewrite my resume bullets for a registered nurse with 6 years in triage and patient care.",
        "I was a warehouse shift lead for 4 years. Write resume bullets for a logistics coordinator role.",
        "Resume help for a junior data analyst: SQL, Excel, Tableau, one internship.",
        "Improve my CV for an account executive in B2B sales, Salesforce, quota carrying.",
        "Career changer: teacher to instructional designer. Give me resume bullets.",
        "Make my resume stronger for a financial controller, IFRS and SAP, 12 years.",
        "Resume bullets for an electrician applying for a site supervisor position.",
    ),
    "job_description": (
        "Write a job description for a Data Scientist with 4+ years in SQL and Python.",
        "JD for a night shift registered nurse in an emergency department.",
        "Create a job ad for a part-time bookkeeper in a bakery with three branches.",
        "Job description: Senior DevOps Engineer, Kubernetes, Terraform, on-call rota.",
        "We need a sales representative for solar panels in rural areas. Draft the JD.",
        "Draft a job description for a head chef in a 60-seat restaurant.",
        "JD for a junior HR assistant, first job welcome.",
        "Job description for a remote technical writer who documents APIs.",
    ),
    "job_resume_match": (
        "Resume: Python, SQL, 5 years of backend work. Job: Backend Engineer with Python, AWS, Docker, 4+ years.",
        "Resume: RN, Triage, Epic, BLS, 2 years. Job description: ICU nurse, ACLS, Intensive care, 3+ years.",
        "Compare. Resume: accountant, SAP, Month-end close, Excel. Job: controller with IFRS, SAP, Audit.",
        "How well do I fit? Resume: Tableau, Excel, SQL. Job: BI analyst with Power BI, SQL, dbt.",
        "Resume: retail manager, Scheduling, Training, 8 years. JD: operations manager, Budgeting, Vendor management.",
        "Score my resume (React, TypeScript, 3 years) against the job: Full-stack developer, Node.js, React, GraphQL.",
        "Resume: cold calling, Salesforce, 1 year. Job: account manager, Negotiation, Upselling, 3+ years.",
        "Resume: Java, Kafka, 10 years, no degree. Job: Principal engineer, System design, Java, AWS.",
    ),
    "recruiting_strategy": (
        "Plan to hire 3 backend engineers in Berlin in 3 months.",
        "How should we recruit night shift nurses for a rural hospital?",
        "Recruiting strategy for two data scientists at a small insurance company.",
        "Sourcing plan for a sales manager who speaks French and German.",
        "We lose candidates after the second interview. Build a recruiting plan for DevOps engineers.",
        "Recruiting strategy for 20 seasonal warehouse workers.",
        "Plan to find a chief accountant for a family-owned manufacturer.",
        "Diversity recruiting plan for graduate software engineers.",
    ),
    "ats_keywords": (
        "ATS keywords for a Senior Backend Engineer (Python, FastAPI, AWS).",
        "List ATS terms for an intensive care nurse.",
        "Keywords for a financial analyst resume in retail banking.",
        "ATS keywords: digital marketing manager, SEO, Content marketing, HubSpot.",
        "Which keywords should an electrician's resume have?",
        "ATS terms for a project manager in construction.",
        "Keywords for a machine learning engineer who deploys models with Docker and AWS.",
        "ATS keywords for a customer success manager in software.",
    ),
}


def cases(count: int) -> Iterator[tuple[str, str]]:
    """The first `count` prompts of each domain as `(domain, prompt)`; fewer where a domain has fewer."""
    for name in DOMAINS:
        for prompt in PROMPTS[name][:count]:
            yield name, prompt
