"""Where the SDK would take its credentials from, told without importing it, and a key that a command prints.

The order is the SDK's own (`anthropic.lib.credentials`): an API key, a token, a named profile,
workload identity federation, the active profile on disk. A command is a password manager's, or the system keyring's
(`keyring get anthropic api-key`).
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from foreword.core.errors import ConfigError, CredentialsError

DIRECT = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_PROFILE")
CONSOLE = "https://platform.claude.com/settings"


def has_credentials(environ: Mapping[str, str]) -> bool:
    """Whether the SDK would find credentials; they may still be wrong."""
    return credential_source(environ) is not None


def credential_source(environ: Mapping[str, str]) -> str | None:
    """The variable or file that the credentials would come from, for messages, or None where there are none."""
    direct = next((name for name in DIRECT if environ.get(name)), None)
    if direct is not None:
        return direct
    if _is_federated(environ):
        return "ANTHROPIC_FEDERATION_RULE_ID"
    folder = _config_folder(environ)
    chosen = _chosen_profile(folder)
    profile = folder / "configs" / f"{chosen or 'default'}.json"
    # A profile that the user chose counts even where its file is missing: the SDK says so, and falls back to nothing.
    return str(profile) if chosen or profile.is_file() else None


def checked_key(key: str | None, source: str) -> str | None:
    """A key without the white space around it; None for none.

    Raises:
        CredentialsError: no header can hold it. Its value is not told.
    """
    bare = (key or "").strip()
    # A space counts as printable.
    if not (bare.isascii() and bare.isprintable()) or " " in bare:
        raise CredentialsError(
            f"{source} holds a character that no key has, such as a line break: set it again"
        )
    return bare or None


def is_loopback(url: str) -> bool:
    """Whether `url` names this machine, where an engine usually wants no key."""
    import ipaddress  # noqa: PLC0415 - few settings name an endpoint

    try:
        host = urlsplit(url).hostname or ""
        # Other names are not resolved: that would ask the network, and the answer may change.
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_federated(environ: Mapping[str, str]) -> bool:
    has_token = environ.get("ANTHROPIC_IDENTITY_TOKEN_FILE") or environ.get("ANTHROPIC_IDENTITY_TOKEN")
    has_rule = environ.get("ANTHROPIC_FEDERATION_RULE_ID") and environ.get("ANTHROPIC_ORGANIZATION_ID")
    return bool(has_token and has_rule)


def _config_folder(environ: Mapping[str, str]) -> Path:
    folder = environ.get("ANTHROPIC_CONFIG_DIR")
    if folder:
        return Path(folder)
    if sys.platform == "win32":
        roaming = environ.get("APPDATA")
        return (Path(roaming) if roaming else Path.home() / "AppData" / "Roaming") / "Anthropic"
    home = environ.get("HOME")
    return (Path(home) if home else Path.home()) / ".config" / "anthropic"


def _chosen_profile(folder: Path) -> str | None:
    try:
        return (folder / "active_config").read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        return None


PATIENCE_S = 60.0
"""Time for the user to unlock what holds the key."""


def key_from(command: str) -> str:
    """The first line that a command prints; it runs without a shell, and what it prints is never shown.

    Raises:
        ConfigError: the command can't be split into words, or there is no such program.
        CredentialsError: it fails, takes too long, or prints nothing.
    """
    try:
        import shlex  # noqa: PLC0415 - few keys come from a command

        words = shlex.split(command)
        done = subprocess.run(
            # In a server standard input is the editor's, and a command that reads it would eat messages.
            words,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE_S,
            check=False,
        )
    # An empty command is an IndexError of `subprocess`, an open quote a ValueError of `shlex`.
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
