"""The manifest of the VS Code extension says what the server says, and what the extension does."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from foreword.api.table import SERVED
from foreword.core.settings import AUTO, PROVIDERS, Options, default_of, doc_of, keys, resolve
from foreword.lsp.connection.protocol import STATUS

EXTENSION = Path(__file__).parents[2] / "editors" / "vscode"


def read(name: str) -> Any:  # noqa: ANN401  # as json.loads is typed
    return json.loads((EXTENSION / name).read_text(encoding="utf-8"))


def in_english(value: Any) -> Any:  # noqa: ANN401
    """The manifest as an editor in English reads it."""
    if isinstance(value, dict):
        return {key: in_english(one) for key, one in value.items()}
    if isinstance(value, list):
        return [in_english(one) for one in value]
    key = re.fullmatch(r"%([\w.]+)%", value) if isinstance(value, str) else None
    return ENGLISH[key[1]] if key else value


RAW = read("package.json")
ENGLISH: Mapping[str, str] = read("package.nls.json")
MANIFEST = in_english(RAW)
DECLARED: Mapping[str, Mapping[str, Any]] = MANIFEST["contributes"]["configuration"]["properties"]
OWN = frozenset(
    (
        "foreword.serverPath",
        "foreword.python",
        "foreword.tcp",
        "foreword.tcpTokenFile",
        "foreword.trace.server",
    )
)
EDITORS_NAMES = {"model": "model.name"}
"""In an editor's settings, a key can't stand above others."""
SOURCES = "\n".join(path.read_text(encoding="utf-8") for path in sorted((EXTENSION / "src").rglob("*.ts")))
LANGUAGES = tuple(path.name.split(".")[-2] for path in sorted((EXTENSION / "l10n").iterdir()))
TEXTS = tuple(json.loads(f'"{text}"') for text in re.findall(r'(?<![\w.])t\(\s*"((?:[^"\\]|\\.)*)"', SOURCES))
"""What `t` is called with."""
PLACES = re.compile(r"\{\d+\}|\$\([\w-]+\)|\]\([^)]*\)|`[^`]*`")
"""What a translation must have as well: values, icons, links, code."""


def declared(key: str) -> Mapping[str, Any]:
    return DECLARED[f"foreword.{EDITORS_NAMES.get(key, key)}"]


def takes(key: str, value: object, *, trusted: bool = True) -> bool:
    return not resolve([Options("test", {key: value}, trusted=trusted)])[1]


def test_every_setting_of_the_server_is_declared_and_no_other() -> None:
    assert {f"foreword.{EDITORS_NAMES.get(key, key)}" for key in keys()} == DECLARED.keys() - OWN


@pytest.mark.parametrize("key", keys())
def test_a_setting_has_the_servers_default_and_words(key: str) -> None:
    assert default_of(key) == declared(key)["default"]
    assert doc_of(key) == declared(key)["description"]
    types = {str: "string", int: "integer", float: "number", list: "array"}
    # A number or one word: the editor has no other way to say so.
    is_either = default_of(key) == AUTO and takes(key, 5_000)
    assert (["integer", "string"] if is_either else types[type(default_of(key))]) == declared(key)["type"]


@pytest.mark.parametrize("key", keys())
def test_a_setting_takes_what_the_server_takes(key: str) -> None:
    shown = declared(key)
    assert all(takes(key, value) for value in shown.get("enum", ()))
    assert ("enum" in shown) == (shown["type"] == "string" and not takes(key, "anything at all"))
    if shown["type"] == "array":
        most = shown["maxItems"]
        assert [True, False, False] == [takes(key, ["x"] * n) for n in (most, most + 1)] + [takes(key, [""])]
    elif shown["type"] != "string":
        assert ("pattern" in shown) == ("string" in shown["type"])
        low, high = shown["minimum"], shown["maximum"]
        assert [True, True, False, False] == [takes(key, n) for n in (low, high, low - 1, high + 1)]


def test_the_editor_offers_every_provider() -> None:
    assert sorted(PROVIDERS) == sorted(declared("provider")["enum"])


@pytest.mark.parametrize("key", keys())
def test_what_a_project_must_not_set_no_workspace_of_the_editor_sets(key: str) -> None:
    is_users = not takes(key, default_of(key), trusted=False)
    assert is_users == (declared(key)["scope"] in ("machine", "application"))


def test_no_key_stands_above_another() -> None:
    """The editor drops such a setting, and says so in its log alone."""
    assert [] == [a for a in DECLARED for b in DECLARED if b.startswith(f"{a}.")]


def test_settings_that_run_programs_count_in_trusted_workspaces_only() -> None:
    limited = MANIFEST["capabilities"]["untrustedWorkspaces"]
    assert "limited" == limited["supported"]
    assert {"foreword.serverPath", "foreword.python", "foreword.tcp", "foreword.tcpTokenFile"} <= {
        *limited["restrictedConfigurations"]
    }


def test_the_client_and_the_server_do_not_register_the_same_command() -> None:
    own = {command["command"] for command in MANIFEST["contributes"]["commands"]}
    assert set() == own & {*SERVED}


def test_every_command_has_a_title_and_is_carried_out() -> None:
    for command in MANIFEST["contributes"]["commands"]:
        name = command["command"].rpartition(".")[2]
        assert command["title"]
        assert re.search(rf"^ +{name}: |\"(foreword\.(chat\.)?)?{name}\"", SOURCES, re.MULTILINE), name


def test_every_command_of_a_menu_a_key_or_the_walkthrough_exists() -> None:
    known = {command["command"] for command in MANIFEST["contributes"]["commands"]}
    views = {f"{view['id']}.focus" for view in MANIFEST["contributes"]["views"]["foreword"]}
    menus = MANIFEST["contributes"]["menus"]
    used = {entry["command"] for menu in menus.values() for entry in menu if "command" in entry}
    used |= {entry["command"] for entry in MANIFEST["contributes"]["keybindings"]}
    steps = json.dumps(MANIFEST["contributes"]["walkthroughs"])
    used |= set(re.findall(r"command:(foreword\.[\w.]+)", steps))
    # A key may run a command of the editor's own.
    assert set() == {name for name in used if name.startswith("foreword.")} - known - views


def test_every_menu_below_another_has_a_label_and_entries() -> None:
    labels = {menu["id"]: menu["label"] for menu in MANIFEST["contributes"]["submenus"]}
    menus = MANIFEST["contributes"]["menus"]
    shown = {entry["submenu"] for menu in menus.values() for entry in menu if "submenu" in entry}
    assert shown == {name for name, label in labels.items() if label and menus[name]}


def test_nothing_starts_the_extension_but_a_file_a_view_or_a_command() -> None:
    assert all(event.startswith("onLanguage:") for event in MANIFEST["activationEvents"])


def test_the_notification_of_the_server_has_the_same_name_on_both_sides() -> None:
    assert f'"{STATUS}"' in (EXTENSION / "src" / "protocol.ts").read_text(encoding="utf-8")


def test_every_file_that_the_manifest_names_is_there() -> None:
    named = re.findall(r'"(media/[^"]+)"', json.dumps(MANIFEST))
    assert 4 <= len(named)
    assert [] == [name for name in named if not (EXTENSION / name).is_file()]


def test_the_lock_says_what_to_install_and_not_from_where() -> None:
    lock = json.loads((EXTENSION / "package-lock.json").read_text(encoding="utf-8"))
    packages = [package for path, package in lock["packages"].items() if path]
    assert [] == [package for package in packages if "resolved" in package]
    assert all("integrity" in package for package in packages)


def test_the_versions_of_the_extension_and_the_server_agree() -> None:
    project = (EXTENSION.parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    assert f'\nversion = "{MANIFEST["version"]}"\n' in project


def test_the_manifest_has_all_texts_of_its_own_and_no_other() -> None:
    used = re.findall(r"%([\w.]+)%", json.dumps(RAW))
    assert set(ENGLISH) == set(used)
    shown = json.dumps(
        [RAW["contributes"][part] for part in ("commands", "views", "walkthroughs", "viewsWelcome")]
    )
    raw = re.findall(r'"(?:title|name|description|contents|altText)": "(?!%)([^"]*)"', shown)
    assert [] == raw


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_text_with_its_values_and_links(language: str) -> None:
    manifest, texts = read(f"package.nls.{language}.json"), read(f"l10n/bundle.l10n.{language}.json")
    assert (set(ENGLISH), set(TEXTS)) == (set(manifest), set(texts))
    pairs = [*((ENGLISH[key], text) for key, text in manifest.items()), *texts.items()]
    assert [] == [
        text for text, other in pairs if not other or set(PLACES.findall(text)) != set(PLACES.findall(other))
    ]


def test_every_text_that_is_shown_goes_through_its_translation() -> None:
    """As far as it can be told from what a text is given to."""
    # The name stands for itself.
    text = r"[\"`](?!Foreword[\"`]|Foreword: \$)"
    shown = rf"(?:title|label|placeHolder|placeholder|tooltip|prompt): {text}(?=[A-Z])|Message\({text}|new Error\({text}"
    found = [line.strip() for line in SOURCES.splitlines() if re.search(shown, line)]
    assert [] == [line for line in found if "t(" not in line]


def test_german_is_among_the_languages() -> None:
    assert "de" in LANGUAGES
