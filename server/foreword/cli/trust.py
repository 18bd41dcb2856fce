"""Let editors send this workspace to the model, or stop that.

`foreword ask` needs no grant: who types the question into a shell in a folder trusts it.
"""

from __future__ import annotations

import argparse
import os

from foreword.assist.session.trust_store import set_trust, trust_json
from foreword.cli.arguments import add_json, add_workspace
from foreword.cli.terminal import output, print_json
from foreword.storage.directories import find_places
from foreword.workspace.files.disk import open_root


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's grammar."""
    add_workspace(parser)
    parser.add_argument("--revoke", action="store_true", help="take the trust back")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    places, root = find_places(os.environ), open_root(arguments.workspace)
    set_trust(places, root, trusted=not arguments.revoke)
    if arguments.json:
        print_json(trust_json(places, root))
    else:
        verb = "no longer trusted" if arguments.revoke else "trusted"
        output().print(f"{verb}: {root}", markup=False)
    return 0
