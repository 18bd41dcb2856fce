"""Write the prefix to the provider's cache before it is needed, or renew it.

--base-only writes the base that everybody shares who works from the same upstream state: for a CI job after a merge,
with the same settings and a full clone. Nothing is answered; what it costs is in the ledger.
"""

from __future__ import annotations

import argparse

from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.workspace_snapshot import take_snapshot
from foreword.assist.spending.warm_up import current_prefix, shared_prefix, warm_now
from foreword.assist.spending.warm_view import warm_json, warm_line
from foreword.cli.arguments import add_budget, add_json, add_model, add_workspace
from foreword.cli.consent import add_consent
from foreword.cli.signals import run_cancellable
from foreword.cli.terminal import output, print_json
from foreword.cli.workspace import workspace_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's grammar."""
    add_workspace(parser)
    parser.add_argument("--ttl", choices=("5m", "1h"), help="how long it is to be kept (cache.ttl)")
    parser.add_argument("--base-only", action="store_true", help="the shared base, without local changes")
    parser.add_argument("--dry-run", action="store_true", help="send nothing; say what it would cost")
    add_consent(parser)
    add_model(parser)
    add_budget(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    ttl = "off" if arguments.no_cache else arguments.ttl
    with workspace_of(arguments, {"cache.ttl": ttl} if ttl else {}) as session:
        _warm(session, arguments)
    return 0


def _warm(session: Session, arguments: argparse.Namespace) -> None:
    saved = take_snapshot(session)
    if arguments.base_only:
        prepared = shared_prefix(session, saved)
    else:
        prepared = current_prefix(session, saved, keep=not arguments.dry_run)
    done = None if arguments.dry_run else run_cancellable(warm_now(session, prepared))
    if arguments.json:
        print_json(warm_json(session, prepared, done))
    else:
        output().print(warm_line(session, prepared, done), markup=False)
