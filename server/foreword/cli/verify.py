"""Build the prefix twice in fresh processes and compare the bytes.

The processes differ in hash seed, locale, time zone and working directory. Exit code 1 if the bytes differ.
"""

from __future__ import annotations

import argparse

from foreword.assist.context.verification import verify
from foreword.assist.usage.reports import verification_json
from foreword.cli.arguments import add_budget, add_json, add_workspace
from foreword.cli.terminal import notices, output, print_json
from foreword.workspace.files.disk import open_root


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's grammar."""
    add_workspace(parser)
    add_budget(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    root = open_root(arguments.workspace)
    flags = ["--budget", str(arguments.budget)] if arguments.budget else []
    with notices().status("Building the prefix twice, from nothing ..."):
        result = verify(root, flags)
    if arguments.json:
        print_json(verification_json(result))
        return 0 if result.is_same else 1
    for name, first, second in result.layers:
        output().print(f"{name:12} {first}" + ("" if first == second else f"  differs: {second}"))
    if result.is_same:
        output().print("both builds have the same bytes")
    else:
        output().print(f"first difference: {result.first_difference}", markup=False)
    return 0 if result.is_same else 1
