"""A real VS Code, driven from outside: code-server and a browser. What a test asks of it is JavaScript, what it answers is JSON.

with vscode(tools, extension, user, repo.path, folder) as editor:
    editor.open("shop/checkout.py")
    editor.run("await editor.command(title)", title="Foreword: Restart the Server")

`page` is Playwright's, `editor` is `e2e/vscode/workbench.mjs`. Every wait is bounded, and on a condition.
"""

from __future__ import annotations

import atexit
import functools
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from select import select
from typing import Any

import pytest

from foreword_cli import Foreword
from installed import tools_folder

PATIENCE = 90.0
"""Seconds that anything may take on a loaded machine."""
HERE = Path(__file__).parents[2] / "e2e" / "vscode"
SOURCE = Path(__file__).parents[3] / "editors" / "vscode"
INSTALL = "FOREWORD_TEST_VSCODE"
"""`run` has the tests run in what is installed, `install` lets them download it first; else they are skipped."""

SETTINGS: Mapping[str, object] = {
    "chat.disableAIFeatures": True,
    "editor.minimap.enabled": False,
    "extensions.autoCheckUpdates": False,
    "extensions.autoUpdate": False,
    "files.autoSave": "off",
    "git.enabled": False,
    "remote.autoForwardPorts": False,
    "security.workspace.trust.enabled": False,
    "telemetry.telemetryLevel": "off",
    "update.mode": "none",
    "window.commandCenter": False,
    "workbench.enableExperiments": False,
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.startupEditor": "none",
    "workbench.tips.enabled": False,
}
"""A calm editor that asks no other host for anything."""
INSTALL_TIMEOUT_S = 900
QUIET = (
    "--disable-telemetry",
    "--disable-update-check",
    "--disable-workspace-trust",
    "--disable-getting-started-override",
)


@dataclass(frozen=True)
class Tools:
    """Where Node.js, code-server and Playwright are, and the system's Chromium."""

    folder: Path
    chromium: str

    @property
    def node(self) -> Path:
        return self.folder / "bin" / "node"

    @property
    def path(self) -> str:
        """`PATH` with this Node.js first."""
        return f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"


@functools.cache
def tools() -> Tools:
    """The tools, installed if that is allowed.

    Skips the test, with the reason, where one is missing.
    """
    wish = os.environ.get(INSTALL)
    if wish not in {"run", "install"}:
        pytest.skip(f"a real VS Code takes minutes and 820 MB: set {INSTALL}=install")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium: apt-get install chromium")
    folder = tools_folder() / "vscode"
    if not (folder / "installed").exists():
        if wish != "install":
            pytest.skip(
                f"no VS Code to test in: set {INSTALL}=install, or run tests/e2e/vscode/install.sh {folder}"
            )
        if complaint := _tried(str(HERE / "install.sh"), str(folder)):
            pytest.skip(f"VS Code could not be installed: {complaint}")
    return Tools(folder, chromium)


@functools.cache
def _tried(*command: str, folder: Path | None = None, path: str | None = None) -> str:
    """What an installation complained of, empty if it worked; it is tried once, however many tests want it."""
    environ = os.environ if path is None else {**os.environ, "PATH": path}
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=INSTALL_TIMEOUT_S,
        )
    except subprocess.TimeoutExpired:
        return f"it took more than {INSTALL_TIMEOUT_S} seconds"
    return (done.stderr or done.stdout or "it failed").strip()[-400:] if done.returncode else ""


@functools.cache
def extension() -> Path:
    """The extension as a `.vsix`, built from this checkout by its own scripts.

    Skips the test, with the reason, where its packages can't be had.
    """
    found = tools()
    folder = Path(tempfile.mkdtemp(prefix="foreword-extension-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    keep = shutil.ignore_patterns("node_modules", "dist", "out", "wheel", "*.vsix")
    shutil.copytree(SOURCE, folder, ignore=keep, dirs_exist_ok=True)
    (folder / "node_modules").symlink_to(_packages(found))
    environ = {**os.environ, "PATH": found.path}
    # The server under test is the checkout's: a wheel in the package would never be used.
    package = ["npm", "run", "--silent", "package", "--", "--out", "foreword.vsix"]
    done = subprocess.run(package, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr
    return folder / "foreword.vsix"


def _packages(found: Tools) -> Path:
    """The packages that the extension is built with, which stay as long as its lock does."""
    lock = hashlib.sha256((SOURCE / "package-lock.json").read_bytes()).hexdigest()[:12]
    folder = found.folder.parent / f"packages-{lock}"
    if not (folder / "node_modules" / ".package-lock.json").exists():
        if os.environ.get(INSTALL) != "install":
            pytest.skip(f"the extension's packages are not installed: set {INSTALL}=install")
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(SOURCE / name, folder)
        if complaint := _tried("npm", "ci", "--ignore-scripts", folder=folder, path=found.path):
            pytest.skip(f"the extension's packages could not be installed: {complaint}")
    return folder / "node_modules"


class VSCode:
    """An editor in a browser; `port` is code-server's."""

    def __init__(self, bridge: subprocess.Popen[str], port: int, workspace: Path) -> None:
        self.workspace = workspace
        self._bridge = bridge
        self._port = port

    def run(self, code: str, **values: object) -> Any:  # noqa: ANN401  # as json.loads is typed
        """What a piece of JavaScript returns; `values` are its constants."""
        assert self._bridge.stdin is not None
        assert self._bridge.stdout is not None
        self._bridge.stdin.write(json.dumps({"code": code, "values": values}) + "\n")
        self._bridge.stdin.flush()
        assert select([self._bridge.stdout], [], [], 6 * PATIENCE)[0], f"no answer to {code}"
        answer = json.loads(self._bridge.stdout.readline())
        if not answer["ok"] and "editor.shot" not in code:
            self.shot(f"failed-{self.workspace.parent.name}")
        assert answer["ok"], answer["found"]
        return answer["found"]

    @property
    def address(self) -> str:
        """Where code-server listens."""
        return f"127.0.0.1:{self._port}"

    def open(self, path: str) -> None:
        """Open a file of the workspace, with the workspace as the editor's folder."""
        self.run(
            "await editor.open(address, folder, file)",
            address=self.address,
            folder=str(self.workspace),
            file=path,
        )

    def command(self, title: str) -> None:
        """Run a command of the palette by its title."""
        self.run("await editor.command(title)", title=title)

    def shot(self, name: str) -> None:
        """Keep a picture, where `FOREWORD_TEST_SHOTS` names a folder for them."""
        folder = os.environ.get("FOREWORD_TEST_SHOTS")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.run("await editor.shot(path)", path=str(Path(folder) / f"{name}.png"))

    @property
    def problems(self) -> list[str]:
        """What went wrong in the page so far: errors in its console, violated policies, exceptions."""
        found: list[str] = self.run("return editor.problems")
        return found


@contextmanager
def vscode(
    user: Foreword,
    workspace: Path,
    folder: Path,
    settings: Mapping[str, object] | None = None,
    others: tuple[Path, ...] = (),
    *,
    keeps_trust: bool = False,
    language: str = "",
) -> Iterator[VSCode]:
    """An editor with the extension, for one user; `folder` is for its own files, the server runs in this Python.

    `others` are folders with further extensions; with `keeps_trust` the editor trusts no folder until its user does,
    who has not said either that its text may be sent. In another `language` only what extensions bring is translated.
    """
    if not keeps_trust:
        assert user.json("trust", workspace)["trusted"]
    found, packages = tools(), [extension(), *(_packed(other, folder) for other in others)]
    port = _free_port()
    trust = {"security.workspace.trust.enabled": True, "security.workspace.trust.startupPrompt": "never"}
    own = {"foreword.python": sys.executable, **(trust if keeps_trust else {}), **(settings or {})}
    _write_settings(folder, port, {**SETTINGS, **own})
    if language:
        _add_language(folder, language)
    serve = _command(found, folder)
    environ = {**user.environ(), "PATH": found.path, "EXTENSIONS_GALLERY": "{}"}
    install = [word for package in packages for word in ("--install-extension", package)]
    done = subprocess.run([*serve, *install], env=environ, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr
    quiet = [flag for flag in QUIET if not (keeps_trust and flag == "--disable-workspace-trust")]
    quiet += ["--locale", language] if language else []
    address = ["--auth", "none", "--bind-addr", f"127.0.0.1:{port}"]
    with (folder / "code-server.log").open("wb") as log:
        server = subprocess.Popen([*serve, *address, *quiet, workspace], env=environ, stdout=log, stderr=log)
        try:
            _wait_for(port, server)
            with _bridge(found) as bridge:
                yield VSCode(bridge, port, workspace)
        finally:
            server.terminate()
            server.wait(PATIENCE)


def _write_settings(folder: Path, port: int, settings: Mapping[str, object]) -> None:
    for scope in ("User", "Machine"):
        (folder / "data" / scope).mkdir(parents=True, exist_ok=True)
        (folder / "data" / scope / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    (folder / "config.yaml").write_text(
        f"bind-addr: 127.0.0.1:{port}\nauth: none\ncert: false\n", encoding="utf-8"
    )


def _command(found: Tools, folder: Path) -> list[str | Path]:
    entry = found.folder / "node_modules" / "code-server" / "out" / "node" / "entry.js"
    places = {"config": "config.yaml", "user-data-dir": "data", "extensions-dir": "extensions"}
    given = (word for option, name in places.items() for word in (f"--{option}", folder / name))
    return [found.node, entry, *given]


def _add_language(folder: Path, language: str) -> None:
    """Make a language one of the editor's, as a pack does that is installed in the editor, but without a text in it."""
    texts = folder / "data" / "main.i18n.json"
    texts.write_text('{"version": "1.0.0", "contents": {}}', encoding="utf-8")
    owner = {"extensionIdentifier": {"id": f"test.{language}"}, "version": "1.0.0"}
    pack = {
        "hash": language,
        "label": language,
        "extensions": [owner],
        "translations": {"vscode": str(texts)},
    }
    (folder / "data" / "languagepacks.json").write_text(json.dumps({language: pack}), encoding="utf-8")


def _packed(source: Path, folder: Path) -> Path:
    """An extension without packages of its own, as the editor takes it."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / f"{source.name}.vsix", "w") as package:
        for path in sorted(source.iterdir()):
            package.write(path, f"extension/{path.name}")
    return folder / f"{source.name}.vsix"


@contextmanager
def _bridge(found: Tools) -> Iterator[subprocess.Popen[str]]:
    command: list[str | Path] = [found.node, HERE / "bridge.mjs", found.folder, found.chromium]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as bridge:
        try:
            yield bridge
        finally:
            assert bridge.stdin is not None
            bridge.stdin.close()
            bridge.wait(PATIENCE)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    """Until the server answers; it gives no other sign."""
    address = f"http://127.0.0.1:{port}/healthz"
    for _ in range(int(PATIENCE / 0.1)):
        assert server.poll() is None, "code-server has ended: see its log"
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            select([], [], [], 0.1)
    raise AssertionError("code-server does not answer")
