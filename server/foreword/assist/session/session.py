"""One workspace that is open: its settings, its stores, where its files come from, and what it keeps in memory.

The only mutable state of a run. It is owned by one thread; everything that is computed from it is a value.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from foreword.assist.accounts.ledger import Ledger
from foreword.assist.session.ports import UNTRUSTED, Clock, Consent, Signs, Trust, gone, refuse
from foreword.assist.session.settings_files import read_settings
from foreword.assist.session.trust_store import allowed_values
from foreword.assist.session.write_journal import clear_away
from foreword.assist.telemetry.telemetry import Telemetry, why_silent
from foreword.core.documents.uri import without_credentials
from foreword.core.secrets.allowed_values import ALLOWED
from foreword.core.secrets.redaction import RedactionCache
from foreword.index.store.outline_store import Store, open_store
from foreword.index.store.resilient_file import forget_unused
from foreword.index.store.store_file import VERSION
from foreword.model.catalog.catalog import Catalog, load_catalog
from foreword.model.catalog.model_info import FREE, Model
from foreword.model.messages_api.credentials import has_credentials, is_loopback
from foreword.prefix.prefix_store import PrefixStore
from foreword.storage.database import SharedConnection
from foreword.storage.directories import Directories, close_to_others, find_places, name_digest
from foreword.storage.in_memory import connect_in_memory
from foreword.storage.lease import Leases
from foreword.workspace.files.disk import open_root
from foreword.workspace.git.repository import Repository, open_repository

if TYPE_CHECKING:
    from foreword.assist.session.provider_pool import Pool
    from foreword.assist.session.snapshot.commit_history import CommitHistory
    from foreword.assist.session.snapshot.indexing import Indexing
    from foreword.assist.telemetry.records import Record
    from foreword.core.errors import Problem
    from foreword.core.settings import Options, Settings
    from foreword.core.tree import FileTree, Scope
    from foreword.index.build.indexed_tree import IndexedTree
    from foreword.index.build.parse_jobs import Progress
    from foreword.index.index import Index
    from foreword.prefix.layers import Anchor
    from foreword.prefix.policy.base_size import BaseSize
    from foreword.workspace.files.working_tree import SavedFiles
    from foreword.workspace.git.untracked_files import UntrackedFiles

KEPT_TREES = 2
"""The anchor in force, and the one that might come next."""


@dataclass(slots=True)
class SessionMemory:
    """Belongs to the thread of its session.

    `files` and `index` are the last look's, of the saved state; `remembered` is the listing of the one that is stored.
    `untracked` is what git once found beside the files that it tracks; `is_outdated` says that something changed since.
    `past` is what the history says; `anchors` are those of the heads that they stand beside. `budget` is
    the size of the base that was decided, with what it hangs on and the day. `redactions` know where the
    secrets of the files are that were read.
    """

    files: SavedFiles | None = None
    index: Index | None = None
    remembered: str | None = None
    untracked: UntrackedFiles | None = None
    is_outdated: bool = False
    past: CommitHistory | None = None
    anchors: tuple[str, tuple[Anchor, ...]] | None = None
    budget: tuple[str, float, BaseSize] | None = None
    redactions: RedactionCache = field(default_factory=RedactionCache)
    _whole: IndexedTree | None = None
    _trees: dict[tuple[str, ...], FileTree] = field(default_factory=dict)

    @property
    def whole(self) -> IndexedTree | None:
        """The last look's index, if it is of all files, and in the store as it is."""
        whole = self._whole
        # A store that was damaged and begun anew has another generation; its rows are gone.
        return whole if whole is not None and whole.index.generation == whole.index.store.generation else None

    def keep(self, found: IndexedTree, *, is_whole: bool) -> None:
        """Make a look's index the one that the next look goes on from; `is_whole` if it is of all files."""
        self.index, self._whole = found.index, found if is_whole else None

    def tree(self, key: tuple[str, ...], make: Callable[[], FileTree]) -> FileTree:
        """The tree that `key` names for good, made when it is first asked for."""
        # Taken out and put back, so that the dictionary's order is that of use.
        found = self._trees.pop(key, None)
        self._trees[key] = found if found is not None else make()
        while len(self._trees) > KEPT_TREES:
            del self._trees[next(iter(self._trees))]
        return self._trees[key]


@dataclass(slots=True)
class Session:
    """What all work on one workspace uses: settings, stores, clock and ports.

    `problems` collects what the user should hear of, each once.

    `trust` says whether anything may be sent to a provider. `consent` asks the user before a request that may cost more
    than `limits.confirm`, and `disclose` before a secret in the user's own words is sent. `signals` are those of the
    editor. `indexing` builds the index beside the questions; without it a look waits for the whole index. `recall` is
    what the next look goes on from.
    `pool` keeps the provider open between questions; without it each one opens its own.
    `windows` are the context windows that engines told, by model.
    `telemetry` is what the user's collector is told.
    `at_end` is what is done, by name, when the session ends and nothing went wrong.
    """

    root: Path
    repository: Repository | None
    settings: Settings
    places: Directories
    catalog: Catalog
    index_store: Store
    prefix_store: PrefixStore
    ledger: Ledger
    leases: Leases
    environ: Mapping[str, str]
    clock: Clock = time.time
    on_progress: Progress | None = None
    trust: Trust = UNTRUSTED
    consent: Consent = refuse
    disclose: Consent = refuse
    signals: Signs = gone
    problems: list[Problem] = field(default_factory=list)
    indexing: Indexing | None = None
    recall: SessionMemory = field(default_factory=SessionMemory)
    pool: Pool | None = None
    at_end: dict[str, Callable[[], None]] = field(default_factory=dict)
    telemetry: Telemetry = field(default_factory=Telemetry)
    windows: dict[str, int] = field(default_factory=dict)
    _model: Model | None = None
    _ratio: tuple[str, float] | None = None

    @property
    def worktree(self) -> str:
        """The name of this worktree in the stores."""
        return name_digest(str(self.root))

    @property
    def scope(self) -> Scope | None:
        """What is seen, where the workspace is a folder of a larger repository."""
        return self.repository.scope if self.repository else None

    @property
    def model_id(self) -> str:
        """The id that the model of the settings has at the provider: on Bedrock it is another one."""
        if self.settings.provider == "mantle":
            return self.catalog.mantle_id(self.settings.model)
        if self.settings.provider != "bedrock":
            return self.settings.model
        region = self.environ.get("AWS_REGION") or self.environ.get("AWS_DEFAULT_REGION", "")
        return self.catalog.bedrock_id(self.settings.model, region)

    @property
    def model(self) -> Model:
        """The model of the settings, with safe assumptions where it is unknown; looked up when the settings change."""
        if self._model is None or self._model.id != self.model_id:
            self.judge_model()
        assert self._model is not None, "every name has a model"  # noqa: S101 - the catalog's contract
        return self._model

    def judge_model(self) -> Problem | None:
        """Look the model of the settings up; what the user should know about it."""
        today = date.fromtimestamp(self.clock())  # noqa: DTZ012 - the user's own day
        found, notice = self.catalog.find(self.model_id, today)
        if self.is_own_engine and not found.known_as:
            window = self.windows.get(self.model_id, found.context)
            # Time on one's own machine is nobody's bill.
            found, notice = replace(found, prices=FREE, context=window, estimated=False), None
        self._model = found
        return notice

    @property
    def endpoint(self) -> str:
        """The base URL that the settings or the environment name, without credentials; empty for the provider's own."""
        named = self.settings.model_url or self.environ.get("ANTHROPIC_BASE_URL", "")
        return without_credentials(named)

    @property
    def has_key(self) -> bool:
        """Whether there are credentials for Anthropic's API, or a command that gives a key."""
        return has_credentials(self.environ) or bool(self.settings.model_key_command)

    @property
    def is_own_engine(self) -> bool:
        """Whether the endpoint is on this machine and there is no key: an engine, which needs none."""
        return is_loopback(self.endpoint) and not self.has_key

    def learn_window(self, n_tokens: int) -> None:
        """Take the context window of the model from what its engine says."""
        self.windows[self.model_id] = n_tokens
        self.judge_model()

    @property
    def ratio(self) -> float:
        """Characters a token for the model of the settings, calibrated: one value from a look at the files to the next."""
        name = self.model_id
        # One value for all of a look: weights that are compared must have been divided by the same ratio.
        if self._ratio is None or self._ratio[0] != name:
            self._ratio = name, self.ledger.ratio(name, self.model.chars_per_token)
        return self._ratio[1]

    def calibrate(self, weight: float, n_tokens: int) -> None:
        """Learn the ratio from a prompt of `weight` that the API counted as `n_tokens`."""
        model = self.model
        self.ledger.calibrate(model.id, model.chars_per_token, weight, n_tokens)
        self.forget_ratio()

    def forget_ratio(self) -> None:
        """Take in what was learned meanwhile, also by other processes, with the next use of the ratio."""
        self._ratio = None

    def tell(self, make: Callable[[], Record]) -> None:
        """Tell the user's collector what `make` gives, if there is one."""
        self.telemetry.tell(self.settings, self.environ, make)
        self.report(*self.telemetry.news())

    def end_telemetry(self) -> None:
        """Export what was told, for a moment, and say if that was not possible."""
        self.telemetry.close()
        self.report(*self.telemetry.news())

    def report(self, *problems: Problem) -> None:
        """Add problems that are not known yet."""
        self.problems.extend(problem for problem in problems if problem not in self.problems)


@contextmanager
def open_session(  # noqa: PLR0917 - an editor and tests give them by name
    folder: str | Path,
    flags: Mapping[str, object],
    environ: Mapping[str, str] | None = None,
    clock: Clock = time.time,
    on_progress: Progress | None = None,
    editor: Sequence[Options] = (),
) -> Iterator[Session]:
    """A session on a folder, closed at the end; `editor` are the settings that an editor gives.

    Raises:
        WorkspaceError: there is no such folder, or git refuses it.
        StoreError: Foreword's own data can't be used.
    """
    variables = os.environ if environ is None else environ
    root = open_root(str(folder))
    places = find_places(variables)
    settings, problems = read_settings(root, places.config, variables, flags, editor)
    repository, without_git = open_repository(root)
    override = Path(settings.model_catalog).expanduser() if settings.model_catalog else None
    catalog, catalog_problems = load_catalog(override)
    with ExitStack() as stack:
        # First of all, so that nothing is written into a folder that others can read.
        for own in (places.data, places.cache):
            close_to_others(own)
        clear_away(places)
        # The common directory: worktrees share most of their blobs, and so one index.
        key = repository.common_dir if repository else root
        store, store_problems = open_store(places.index(key, VERSION))
        forget_unused(places.indexes(key), places.index(key, VERSION))
        session = Session(
            root=root,
            repository=repository,
            settings=settings,
            places=places,
            catalog=catalog,
            index_store=stack.enter_context(store),
            prefix_store=stack.enter_context(PrefixStore(places.prefixes)),
            ledger=stack.enter_context(Ledger(places.ledger)),
            leases=stack.enter_context(Leases(places.leases)),
            environ=variables,
            clock=clock,
            on_progress=on_progress,
        )
        session.report(*problems, *catalog_problems, *store_problems, *([without_git] if without_git else []))
        _ready(session, stack)
        yield session
        # Not in `finally`: only a session in which nothing went wrong notes what it saw.
        for do in session.at_end.values():
            do()


def _ready(session: Session, stack: ExitStack) -> None:
    """Report what the stores and the model's name give reason to, and keep chats in memory where nothing can be written.

    Chats are opened for a moment each time, so somebody has to hold what stands for their file.
    """
    stack.callback(session.end_telemetry)
    ALLOWED.digests = allowed_values(session.places)
    session.report(*session.prefix_store.problems, *session.ledger.problems)
    if session.ledger.in_memory:
        # A database in memory lives as long as its last connection.
        stack.enter_context(closing(connect_in_memory(session.places.chats, SharedConnection)))
    notices = (session.judge_model(), why_silent(session.settings, session.environ))
    session.report(*(notice for notice in notices if notice))
