"""An API key that a command prints: a password manager's, or the system keyring's (`keyring get anthropic api-key`)."""

from __future__ import annotations

import shlex
import subprocess

from foreword.core.errors import ConfigError, CredentialsError

PATIENCE_S = 60.0
"""Time for the user to unlock what holds the key."""


def key_from(command: str) -> str:
    """The first line that a command prints; it runs without a shell, and what it prints is never shown.

    Raises:
        ConfigError: the command can't be split into words, or there is no such program.
        CredentialsError: it fails, takes too long, or prints nothing.
    """
    try:
        words = shlex.split(command)
        done = subprocess.run(
            words, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE_S, check=False
        )
    except (ValueError, IndexError, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is no command"
        raise ConfigError(f"model.key_command can't be run ({reason}): correct it") from error
    except subprocess.TimeoutExpired as error:
        raise CredentialsError(
            f"model.key_command did not end within {PATIENCE_S:.0f} s: run it in a terminal to see why"
        ) from error
    key = done.stdout.decode("utf-8", "replace").partition("\n")[0].strip()
    if done.returncode or not key:
        what = f"failed with exit code {done.returncode}" if done.returncode else "printed no key"
        raise CredentialsError(f"model.key_command {what}: run it in a terminal to see why")
    return key
