"""`trainkit start`: the workbook itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trainkit.cli.options import Lang
from trainkit.i18n import _, get_language, ngettext, use_language

if TYPE_CHECKING:
    from trainkit.servers.session import Session

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(start)


def start(
    lang: Annotated[Lang | None, typer.Option(help="Language; the one used last if left out.")] = None,
    dir: Annotated[Path | None, typer.Option(help="Your workspace folder.")] = None,  # noqa: A002
    port: Annotated[int, typer.Option(help="The port to use; the next free one is taken.")] = 8888,
    browser: Annotated[bool, typer.Option(help="Open the home page in the browser.")] = True,
) -> None:
    """Start the workbook: JupyterLab and the exercise pages, at one address.

    Your copies of the notebooks lie in the workspace folder. What you have changed is never overwritten.

    Example: `trainkit start --lang zh --dir ~/crm-training`
    """
    from trainkit.servers import session
    from trainkit.servers.settings import remembered_language
    from trainkit.servers.workspace import resolve

    workspace = resolve(dir)
    use_language(lang or remembered_language(workspace) or get_language())
    if plan := session.running(workspace):
        typer.echo(_("The workbook is already running for {folder}:").format(folder=workspace))
        _say_address(plan.address, browser)
        return
    prepared = session.prepare(workspace, lang, port)
    _say_prepared(prepared)
    try:
        with session.serve(prepared.plan) as children:
            typer.echo(_("The workbook is ready:"))
            _say_address(prepared.plan.address, browser)
            typer.echo(_("Press Ctrl-C to stop it."))
            session.watch(children)
    except KeyboardInterrupt:
        typer.echo(
            _("The workbook has stopped. Your notebooks and answers are in {folder}.").format(
                folder=workspace
            )
        )


def _say_prepared(prepared: Session) -> None:
    plan, laid = prepared.plan, prepared.laid
    typer.echo(_("Workspace: {folder}").format(folder=plan.workspace))
    if laid.new:
        n = len(laid.new)
        typer.echo(ngettext("{n} notebook laid.", "{n} notebooks laid.", n).format(n=n))
    if laid.updated:
        n = len(laid.updated)
        typer.echo(
            ngettext("{n} notebook brought up to date.", "{n} notebooks brought up to date.", n).format(n=n)
        )
    for path in laid.beside:
        typer.echo(_("You changed your copy, so the new edition lies beside it: {path}").format(path=path))
    if plan.lab_port != prepared.wanted:
        message = _("Port {wanted} is in use; the workbook takes {port}.")
        typer.echo(message.format(wanted=prepared.wanted, port=plan.lab_port))
    typer.echo(_("Starting JupyterLab and the exercise pages …"))


def _say_address(address: str, browser: bool) -> None:
    typer.echo(f"\n    {address}\n")
    if browser:
        import webbrowser

        webbrowser.open(address)
