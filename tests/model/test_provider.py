from __future__ import annotations

import subprocess
import sys
from contextlib import aclosing
from pathlib import Path

import pytest

from ask_driver import body_of
from foreword.core.errors import ConfigError, CredentialsError, RequestRejected
from foreword.core.reply import Finished
from foreword.core.settings import PROVIDERS
from foreword.model import provider as provider_module
from foreword.model.catalog.provider_info import PROVIDER_INFO, ProviderInfo
from foreword.model.messages_api.sdk_clients import OPENERS
from foreword.model.provider import open_provider
from messages_api import MODELS, MessagesApi


@pytest.mark.parametrize("name", ["offline", "openai", ""])
def test_a_name_that_is_no_provider_lists_those_that_are(name: str) -> None:
    with pytest.raises(
        ConfigError,
        match="choose one of anthropic, aws, bedrock, foundry, google-cloud, mantle, vertex, offline",
    ):
        open_provider(name, environ={})


@pytest.mark.parametrize("name", ["bedrock", "vertex"])
def test_a_missing_extra_is_named_with_its_command(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        provider_module, "PROVIDER_INFO", {name: ProviderInfo(name, "a_package_that_nobody.has")}
    )
    with pytest.raises(ConfigError, match=rf"pip install 'foreword\[{name}\]'"):
        open_provider(name, environ={})


def test_foundry_without_a_key_says_which_variable_it_wants(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_FOUNDRY_API_KEY", raising=False)
    with pytest.raises(CredentialsError, match="ANTHROPIC_FOUNDRY_API_KEY"):
        open_provider("foundry", environ={})


async def test_foundry_opens_with_a_key_and_a_url() -> None:
    async with open_provider(
        "foundry", environ={}, base_url="http://127.0.0.1:9/anthropic", api_key="k"
    ) as provider:
        assert "foundry" == provider.name


@pytest.mark.parametrize("url", ["localhost:8080", "api.example.org", "ftp://example.org", "http://x:port"])
def test_a_url_that_is_none_is_a_setting_to_correct(url: str) -> None:
    with pytest.raises(ConfigError, match=r"check model\.url"):
        open_provider("anthropic", environ={}, base_url=url, api_key="k")


@pytest.mark.parametrize("ending", ["", "/", "/v1", "/v1/", "/v1/messages", "/v1/messages/"])
async def test_the_path_that_every_request_adds_is_no_part_of_the_base_url(ending: str) -> None:
    url = f"http://127.0.0.1:9/claude{ending}"
    async with open_provider("anthropic", environ={}, base_url=url, api_key="k") as provider:
        assert "http://127.0.0.1:9/claude" == provider.batches.url


def test_a_profile_without_its_file_is_a_credentials_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ANTHROPIC_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("ANTHROPIC_PROFILE", "nobody")
    with pytest.raises(CredentialsError, match="nobody") as caught:
        open_provider("anthropic", environ={"ANTHROPIC_PROFILE": "nobody"})
    assert "\n" not in str(caught.value)


def test_every_provider_of_the_settings_can_be_opened() -> None:
    """Three places know it: the choices of the setting, what is known of it, and how its client is opened."""
    named = {name for name in PROVIDERS if name not in {"auto", "offline"}}
    assert named == set(PROVIDER_INFO)
    assert named == set(OPENERS)


def test_the_sdk_is_not_imported_until_a_provider_is_opened() -> None:
    names = "provider tool_definitions tool_call catalog.catalog messages_api.credentials"
    modules = ", ".join(f"foreword.model.{name}" for name in names.split())
    code = f"import sys, {modules}; print('anthropic' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "False" == ran.stdout.strip()


@pytest.mark.parametrize(
    ("name", "model"), [("aws", "claude-sonnet-5-5"), ("mantle", "anthropic.claude-sonnet-5-5")]
)
async def test_amazon_s_two_messages_apis_are_asked_as_anthropic_s_own_is(
    monkeypatch: pytest.MonkeyPatch, name: str, model: str
) -> None:
    variables = {"AWS_REGION": "eu-central-1", "ANTHROPIC_AWS_WORKSPACE_ID": "wrkspc_default"}
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    known = {**MODELS, "anthropic.claude-sonnet-5-5": MODELS["claude-sonnet-5-5"]}
    with MessagesApi(models=known) as api:
        provider = open_provider(name, environ=variables, base_url=api.url, api_key="k")
        async with provider, aclosing(provider.stream(body_of(model=model))) as events:
            *_, last = [event async for event in events]
        (sent,) = api.messages
    assert isinstance(last, Finished)
    assert ("end_turn", model) == (last.stop_reason, (sent.body or {})["model"])


@pytest.mark.parametrize(("name", "has_batches"), [("anthropic", True), ("aws", True), ("mantle", False)])
async def test_who_has_no_message_batches_is_not_asked_for_them(
    monkeypatch: pytest.MonkeyPatch, name: str, has_batches: bool
) -> None:
    variables = {"AWS_REGION": "eu-central-1", "ANTHROPIC_AWS_WORKSPACE_ID": "wrkspc_default"}
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    with MessagesApi() as api:
        async with open_provider(name, environ=variables, base_url=api.url, api_key="k") as provider:
            if has_batches:
                await provider.batches.check()
            else:
                with pytest.raises(RequestRejected, match=f"{name} has no Message Batches"):
                    await provider.batches.check()
        assert has_batches == bool(api.requests)


def test_the_clouds_whose_client_refuses_batches_are_known() -> None:
    """https://platform.claude.com/docs/en/build-with-claude/batch-processing, and what the SDK raises."""
    without = {name for name, info in PROVIDER_INFO.items() if not info.has_batches}
    assert {"bedrock", "mantle", "foundry", "vertex"} == without


def test_amazon_s_platform_without_its_workspace_says_which_variable_it_wants(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("ANTHROPIC_AWS_WORKSPACE_ID", raising=False)
    with pytest.raises(CredentialsError, match="ANTHROPIC_AWS_WORKSPACE_ID"):
        open_provider("aws", environ={}, base_url="http://127.0.0.1:9", api_key="k")


async def test_google_s_managed_claude_opens_with_a_project(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("google.auth")
    monkeypatch.setenv("ANTHROPIC_GOOGLE_CLOUD_PROJECT", "shop")
    with MessagesApi() as api:
        provider = open_provider("google-cloud", environ={}, base_url=api.url, api_key="k")
        async with provider, aclosing(provider.stream(body_of())) as events:
            *_, last = [event async for event in events]
    assert isinstance(last, Finished)
