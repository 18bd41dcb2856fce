"""Everything that was tried against Foreword to break it, again, by one command, in bounded time.

    python tests/reliability/campaign.py [--seed N] [--messages N] [--only PART]

Prints a line a part: what was done, how long it took, what came of it. Exit code 1 if a part failed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

HERE = Path(__file__).parent
TESTS = HERE.parent
PARTS: dict[str, tuple[str, ...]] = {
    "long texts": ("reliability/test_adversarial_texts.py",),
    "secrets in every channel": (
        "core/secrets",
        "e2e/test_secrets.py",
        "e2e/test_secret_channels.py",
        "core/test_exclusion.py",
    ),
    "what is ignored by now": ("assist/chat/test_withdrawal.py", "assist/context/test_withheld.py"),
    "repositories of other folders": ("workspace/git/test_repository_layout.py",),
    "full disk": ("assist/edits/test_apply.py",),
    "forged frames": ("prefix/test_frames.py",),
    "names and configuration": ("core/edits/test_path_risks.py", "workspace/files/test_atomic_write.py"),
    "kills while writing": ("assist/session/test_write_journal.py", "index/build/test_build_killed.py"),
    "marked key": ("e2e/test_marked_key.py",),
    "where it is sent": ("e2e/test_where_it_is_sent.py",),
    "ports": ("e2e/test_serve.py",),
    "settings and trust": ("assist/session/test_settings_files.py", "assist/session/test_trust_store.py"),
    "stores of other versions": ("storage",),
}
LIMIT_S = 2_400


def commands(seed: int, n_messages: int) -> Iterator[tuple[str, Sequence[str]]]:
    """The parts with what runs them."""
    for name, paths in PARTS.items():
        yield (
            name,
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:cacheprovider",
                *(str(TESTS / path) for path in paths),
            ],
        )
    attack = str(HERE / "malformed_messages.py")
    yield "malformed messages", [sys.executable, attack, str(n_messages), str(seed)]


def main() -> int:
    """Run the parts one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--only", metavar="PART")
    given = parser.parse_args()
    failed = False
    for name, command in commands(given.seed, given.messages):
        if given.only in (None, name):
            is_fine, line = run(command)
            failed = failed or not is_fine
            print(f"{'held  ' if is_fine else 'BROKE '} {name}: {line}", flush=True)
    return int(failed)


def run(command: Sequence[str]) -> tuple[bool, str]:
    """Whether a part held, and its last line with the time it took."""
    began = time.monotonic()
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=LIMIT_S, cwd=TESTS.parent
        )
    except subprocess.TimeoutExpired:
        return False, f"no end within {LIMIT_S} s"
    last = (done.stdout.strip().splitlines() or ["nothing was said"])[-1]
    return done.returncode == 0, f"{last} ({time.monotonic() - began:.0f} s)"


if __name__ == "__main__":
    sys.exit(main())
