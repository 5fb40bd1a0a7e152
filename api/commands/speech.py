"""Speak to the person at the terminal, in the terminal's language."""

from __future__ import annotations

import typer

from api.trouble import terminal_language


def say(zh: str, en: str, *, to_error: bool = False) -> None:
    """One line for the person at the terminal."""
    typer.echo(zh if terminal_language() == "zh" else en, err=to_error)
