"""Who answers: the provider that the settings and the environment call for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from typing import Any

from foreword.assist.session.ports import Provider, Warmer
from foreword.assist.session.provider_pool import Pool
from foreword.assist.session.session import Session
from foreword.assist.session.spending_caps import refresh_team
from foreword.core.errors import CredentialsError, ModelError, TrustError
from foreword.core.tokens import Usage
from foreword.model.catalog.provider_info import OWN_API, is_own_api
from foreword.model.engine_models import window_of
from foreword.model.messages_api.credentials import has_credentials, key_from
from foreword.model.messages_api.retry_policy import Patience
from foreword.model.provider import OfflineProvider, open_provider
from foreword.model.tool_definitions import ToolStyle
from foreword.prefix.simulator import positions_of, simulate

LIST_S = 10.0
"""Seconds for an engine to list its models; one that is slower keeps the window that is assumed."""

ProviderFor = Callable[[Callable[[], str]], Provider]
"""The provider for one question; the argument composes the text of an offline answer to it."""


def provider_name(session: Session) -> str:
    """The provider's name: `auto` is anthropic where there are credentials or an endpoint was named, else offline."""
    chosen = session.settings.provider
    if chosen != "auto":
        return chosen
    return OWN_API if session.has_key or _is_keyless(session) else "offline"


@asynccontextmanager
async def open_providers(session: Session) -> AsyncIterator[ProviderFor]:
    """The provider for each question: one for all of them, or an offline one a question; closed at the end.

    Raises:
        TrustError: nothing of this workspace may be sent.
        CredentialsError: the provider needs credentials and there are none.
        ConfigError: the provider's packages are not installed, or its URL is not usable.
    """
    if provider_name(session) == "offline":
        yield lambda compose: OfflineProvider(compose, lambda body: _account(session, body))
        return
    async with open_online(session) as provider:
        yield lambda _: provider


@asynccontextmanager
async def opening_providers(session: Session) -> AsyncIterator[Awaitable[ProviderFor]]:
    """As `open_providers`, opened while something else is done; what goes wrong is raised where it is awaited."""
    async with AsyncExitStack() as stack:
        opening = asyncio.ensure_future(stack.enter_async_context(open_providers(session)))
        try:
            yield opening
        finally:
            # Who fails while preparing needs no provider any more.
            opening.cancel()
            await asyncio.wait([opening])
            # Taken out, or asyncio complains of an exception that nobody looked at.
            if not opening.cancelled():
                opening.exception()


async def require_trust(session: Session) -> None:
    """Go on if nothing leaves the machine, or the workspace is trusted, or the user says so now.

    Raises:
        TrustError: nothing may be sent.
    """
    name, trust = provider_name(session), session.trust
    if name == "offline" or trust.granted() or await trust.ask(name):
        return
    raise TrustError(
        f"{session.root.name} is not trusted, so nothing of it is sent to {name}: "
        f"{trust.remedy}, or choose the provider offline"
    )


@asynccontextmanager
async def open_online(session: Session) -> AsyncIterator[Warmer]:
    """The provider that is no simulation, closed at the end. Whatever is sent passes here, and so passes trust.

    Raises:
        TrustError: nothing of this workspace may be sent.
        CredentialsError: the provider needs credentials and there are none.
        ConfigError: the provider's packages are not installed, or its URL is not usable.
    """
    await require_trust(session)
    await refresh_team(session)
    name = provider_name(session)
    if is_own_api(name) and not (session.has_key or _is_keyless(session)):
        raise CredentialsError("there is no API key: set ANTHROPIC_API_KEY, or use --provider offline")
    settings = session.settings
    pool = session.pool or Pool()
    # All that a provider is opened with: another value means another provider.
    key = (name, settings.model_url, settings.model_deadline, settings.model_key_command)
    try:
        async with pool.lend(key, partial(asyncio.to_thread, _open, session, name)) as provider:
            await _learn_window(session, provider)
            yield provider
    finally:
        if pool is not session.pool:
            await pool.aclose()


async def list_models(session: Session) -> tuple[Mapping[str, Any], ...]:
    """The models that the provider's endpoint lists; no text of the workspace is sent.

    Raises:
        TrustError: nothing may be sent from here.
        CredentialsError: the provider needs credentials and there are none.
        ModelError: the endpoint does not list its models.
    """
    async with open_online(session) as provider:
        return await provider.models()


def _open(session: Session, name: str) -> Warmer:
    """What the environment says comes first; only without it is a command asked for the key."""
    settings = session.settings
    # The command may ask the user to unlock a keyring, so it runs only where it is needed.
    needs_command = is_own_api(name) and not has_credentials(session.environ)
    command = settings.model_key_command if needs_command else ""
    return open_provider(
        name,
        environ=session.environ,
        base_url=settings.model_url,
        api_key=key_from(command) if command else None,
        patience=Patience(deadline=settings.model_deadline),
    )


def tools_style(session: Session) -> ToolStyle:
    """How the text editor tool is offered: as Anthropic defines it, to its models, also behind a gateway.

    A local engine takes that definition without complaint, but shows the model a tool without parameters.
    """
    match session.settings.tools_style:
        case "native":
            return "native"
        case "schema":
            return "schema"
        case _:
            return "native" if session.model.known_as and not session.is_own_engine else "schema"


def _is_keyless(session: Session) -> bool:
    """Whether an endpoint was named that is to be asked without a key: whoever names one means it to answer."""
    return not session.has_key and (bool(session.settings.model_url) or session.is_own_engine)


async def _learn_window(session: Session, provider: Warmer) -> None:
    """Ask an engine of one's own for the context window of its model, once."""
    if not session.is_own_engine or session.model.known_as:
        return
    if session.model_id in session.windows:
        session.judge_model()  # another copy of the session may have asked
        return
    with suppress(ModelError, TimeoutError):
        async with asyncio.timeout(LIST_S):
            listed = await provider.models()
        session.learn_window(window_of(listed, session.model_id) or session.model.context)


def _account(session: Session, body: Mapping[str, Any]) -> Usage:
    """The usage of a request at the simulated cache, which is kept between processes."""
    positions, now = positions_of(body), session.clock()
    entries = session.prefix_store.simulated(position.digest for position in positions)
    usage, changed = simulate(entries, positions, now=now, ratio=session.ratio, minimum=session.model.minimum)
    session.prefix_store.put_simulated(changed, now)
    return usage
