"""`trainkit messages`: the Chinese catalogue of interface text."""

from __future__ import annotations

import typer

from trainkit.extras import needed

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(messages)


def messages() -> None:
    """Extract, update and compile the Chinese catalogue.

    Texts without a translation are listed; write it in the .po file and run the command again.

    Example: `trainkit messages`
    """
    from trainkit.authoring.build import course_root

    with needed("author"):
        from trainkit import translations
    root = course_root()
    found = translations.update(root)
    for text in found.dropped:
        typer.echo(f"- {text}")
    for text in found.untranslated:
        typer.echo(f"? {text}")
    typer.echo(
        f"{found.messages} messages, {len(found.untranslated)} without a translation (?), "
        f"{len(found.dropped)} dropped (-): {translations.catalogue_path(root).relative_to(root)}"
    )
