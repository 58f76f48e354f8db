"""The quality suite: prompts per domain, rows per answer, pass rates against the guide's targets."""
