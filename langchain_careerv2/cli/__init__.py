"""The command line: `careerv2 generate | prompt | serve | demo`. Needs the extra `cli`."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command line; without typer and rich it says how to install them."""
    try:
        from langchain_careerv2.cli.app import app
    except ModuleNotFoundError as error:
        if error.name not in ("typer", "rich"):
            raise
        sys.exit("careerv2 needs typer and rich: pip install 'langchain-careerv2[cli]'")
    app()
