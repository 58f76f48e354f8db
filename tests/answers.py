"""Answers that pass, and that no prompt shows as an example: a chain would reject a copy of one."""

from __future__ import annotations

from langchain_careerv2.domains import DOMAINS

GOOD = {name: domain.exemplars[0].removeprefix(domain.seed) for name, domain in DOMAINS.items()} | {
    "resume_guidance": (
        "Led the night team of a ward through two winters without a lost shift\n"
        "2. Built a handover sheet that every station of the hospital now uses\n"
        "3. Reduced waiting in the emergency room by a third with early triage\n"
        "4. Designed lessons on wound care for new colleagues and students\n"
        "5. Implemented weekly checks of all medication carts and their stock\n"
        "6. Trained four nurses in telemetry and safe use of pumps\n"
        "ATS Keywords: Triage, Telemetry, Wound care, Epic, BLS, ACLS, Patient education, Handover, Medication"
    ),
    "job_resume_match": (
        "**Score:** 64/100\n"
        "**Matches:**\n- Knows SQL well from three years of daily reports\n- Has built sales dashboards in Tableau\n"
        "- Shows clean work with large spreadsheets in Excel\n- Speaks with clients about results every week\n"
        "- Worked in a team of analysts at an insurance company\n"
        "**Gaps:**\n- No dbt models, which are a must for this team\n- Missing any work with cloud warehouses\n"
        "- Limited practice with statistics beyond plain averages\n"
        "**Next steps:**\n- Add the number of reports and their readers\n"
        "- Take a short course on dbt and publish a model\n- Prepare one story about a wrong number that you found"
    ),
    "ats_keywords": (  # under the schema, too: the first sixteen begin with letters of their own
        "Ansible, Bash, Cloud security, Docker, Elasticsearch, Flask, Grafana, Helm, Kubernetes, Microservices,"
        " Networking, PostgreSQL, Redis, Shell scripting, Terraform, Unit testing, Jenkins, Linux, Python, Kafka,"
        " GitLab, Incident response, Load balancing, Prometheus, Observability"
    ),
}
"""A completion without its seed, by domain."""
