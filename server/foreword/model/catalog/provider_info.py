"""The providers of the Messages API, a row each: all in which one differs from another, but for how its client is opened.

Whoever needs to know something of a provider asks its row; nobody compares names. A setting names one of them
(`core.settings.PROVIDERS`), `model.messages_api.sdk_clients.OPENERS` has the code that opens its client.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class MediaLimits:
    """What an endpoint takes: base64 bytes of one picture and of a request, as documented for each platform."""

    each: int = 10 * MILLION
    request: int = 30 * MILLION
    """The API takes 32 MB; the rest is for the text."""


SMALL = MediaLimits(5 * MILLION, 18 * MILLION)
"""https://platform.claude.com/docs/en/build-with-claude/vision, General limits."""


@dataclass(frozen=True, slots=True)
class ProviderInfo:
    """What is known about one provider."""

    telemetry_name: str
    """`gen_ai.provider.name`, as the semantic conventions of OpenTelemetry call it."""
    package: str | None = None
    """What the extra of the provider's name installs beside the SDK."""
    key_source: str | None = None
    """Where its credentials come from, for people; None: from Anthropic's own variables and profiles."""
    library_error: tuple[str, str] | None = None
    """Module and class of what a cloud's own library raises where its credentials are of no use."""
    media: MediaLimits = SMALL
    has_batches: bool = False
    """Whether there are Message Batches at all; the SDK refuses them elsewhere."""
    is_own_api: bool = False
    """Anthropic's API, or what speaks it at `model.url` or ANTHROPIC_BASE_URL: only there a key can come from a command,
    an endpoint of the user's own may need none, and the API may say why the cache missed."""


_AWS = "the AWS environment or profile"
_GOOGLE = "Google's application default credentials"
_BOTO: tuple[str, str] = ("botocore.exceptions", "BotoCoreError")
_GOOGLE_AUTH: tuple[str, str] = ("google.auth.exceptions", "GoogleAuthError")

OWN_API = "anthropic"
"""What `provider = "auto"` means where there is a key or an endpoint."""

PROVIDER_INFO: Mapping[str, ProviderInfo] = MappingProxyType(
    {
        OWN_API: ProviderInfo("anthropic", media=MediaLimits(), has_batches=True, is_own_api=True),
        # With a key of its own; to sign with AWS credentials the SDK needs more, and says so.
        "aws": ProviderInfo(
            "anthropic",
            key_source=f"{_AWS}, or ANTHROPIC_AWS_API_KEY",
            library_error=_BOTO,
            media=MediaLimits(),
            has_batches=True,
        ),
        "bedrock": ProviderInfo("aws.bedrock", "boto3", _AWS, _BOTO),
        "foundry": ProviderInfo(
            "azure.ai.inference", key_source="ANTHROPIC_FOUNDRY_API_KEY", media=MediaLimits()
        ),
        "google-cloud": ProviderInfo("gcp.vertex_ai", "google.auth", _GOOGLE, _GOOGLE_AUTH, has_batches=True),
        "mantle": ProviderInfo(
            "aws.bedrock", key_source=f"{_AWS}, or AWS_BEARER_TOKEN_BEDROCK", library_error=_BOTO
        ),
        "vertex": ProviderInfo("gcp.vertex_ai", "google.auth", _GOOGLE, _GOOGLE_AUTH),
    }
)


def media_limits(name: str) -> MediaLimits:
    """What the provider of this name takes; the offline one takes what the API would."""
    return PROVIDER_INFO[name].media if name in PROVIDER_INFO else MediaLimits()


def is_own_api(name: str) -> bool:
    """Whether a provider of this name is Anthropic's API itself, or an endpoint that speaks it; never the offline one."""
    return name in PROVIDER_INFO and PROVIDER_INFO[name].is_own_api
