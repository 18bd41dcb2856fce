"""The table of commands: what each is called, what it is for, and where it is written.

From here come the parser and the help of the command line, the commands of the language server, and the table in
the README. To add a command, write its body in `api/commands/` (parameters, a function, how the result prints), and an
entry here. What a body imports is imported when it is loaded: this module is on the path to `initialize`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from foreword.api.command import CLI_ONLY, EVERY_DOOR, LSP_ONLY, Command, Door

if TYPE_CHECKING:
    from foreword.api.command import Body

    AnyBody = Body[Any, Any]


def entry(
    name: str, summary: str, more: str, doors: frozenset[Door] = EVERY_DOOR
) -> Callable[[Callable[[], AnyBody]], Command]:
    """An entry of the table, whose body is loaded by the function below it."""
    return lambda load: Command(name, summary, more, load, doors)


@entry(
    "ask",
    "answer a question about the repository",
    "`--path FILE:10-20` points at lines, `--path shot.png` at a picture or a PDF, `--dry-run` prints the exact request, "
    "`-` reads the question from standard input. Without an API key the answer comes from the index alone.",
)
def _ask() -> AnyBody:
    from foreword.api.commands.questions import ASK

    return ASK


_chat = Command(
    "chat",
    "converse about the repository on this terminal",
    "Answers stream as they come; proposed edits are shown and written when you say so, whole or by hunk. `@` names files "
    "and definitions, `/help` lists commands, Ctrl-C stops an answer. `--resume` goes on with the newest chat, CHAT with "
    "another one; `--list` lists them. Editors show the same chats.",
    None,
    CLI_ONLY,
)


@entry(
    "last",
    "print the last answer in this workspace again",
    "It is kept when it is complete, before a terminal can lose it. Nothing is sent.",
)
def _last() -> AnyBody:
    from foreword.api.commands.questions import LAST

    return LAST


@entry(
    "edit",
    "propose edits of the repository's files, and apply them on request",
    "The edits are shown as a diff, new, renamed and deleted files among them; `--apply` writes them where "
    "the files still fit. Exit code 3: some edit failed or could not be applied, or is doubtful.",
)
def _edit() -> AnyBody:
    from foreword.api.commands.questions import EDIT

    return EDIT


@entry(
    "batch",
    "answer many questions, one JSON object a line, over one warm prefix",
    'It reads one `{"id"?, "question", "path"?}` a line from standard input and prints one answer object a '
    "line, as each finishes. A bad line gets an error object; the rest goes on. `--later` submits them as Message Batches: "
    'half the price, answers within a day, and a line may name its repository (`"workspace"`). '
    "`batch status [ID]` says how they stand, `batch results ID` prints the answers (`--retry` submits what failed again), "
    "`batch cancel ID` takes one back.",
)
def _batch() -> AnyBody:
    from foreword.api.commands.batch import BATCH

    return BATCH


@entry(
    "run",
    "run a task of your own: a Markdown file in .foreword/tasks/ or in your configuration directory",
    "Its front matter has `name`, `description`, `kind` (`answer` or `edit`) and `context` (files); below it stands what "
    "the model is asked. Without NAME all are listed. Those of a project run once you have trusted it by `foreword trust`.",
)
def _run() -> AnyBody:
    from foreword.api.commands.tasks import RUN

    return RUN


@entry(
    "commit",
    "write the commit message for what is staged, in the style of the last commits",
    "It opens in `git commit`; `--print` only prints it.",
)
def _commit() -> AnyBody:
    from foreword.api.commands.changes import COMMIT

    return COMMIT


@entry(
    "review",
    "review what changed since a commit: findings with files, lines and severity",
    "`--base REF` names where the change will go; what is saved is compared with the merge base. `--sarif` and `--github` print "
    "for code scanning and for annotations, `--fail-on error` exits with 1. The base is the one that the main branch has warmed.",
    # An editor has a review of its own, of proposed edits; this one is for pipelines.
    CLI_ONLY,
)
def _review() -> AnyBody:
    from foreword.api.commands.changes import REVIEW

    return REVIEW


@entry(
    "proposals",
    "list the proposed edits that are not decided yet; show, apply, reject or undo one",
    "What `foreword edit`, a chat or an editor proposed is kept until then. With an ID (its beginning is enough) that one is "
    "shown, hunk by hunk; `--apply`, `--reject` and `--undo` decide about it, `--hunk N` about a part. Nothing is sent.",
)
def _proposals() -> AnyBody:
    from foreword.api.commands.proposal_decisions import PROPOSALS

    return PROPOSALS


@entry(
    "index",
    "index the workspace and say what is in it",
    "What was left out is told too, with the reason.",
)
def _index() -> AnyBody:
    from foreword.api.commands.lookups import INDEX

    return INDEX


@entry(
    "symbols",
    "find where a name is defined",
    "`Parent.name` is found too.",
)
def _symbols() -> AnyBody:
    from foreword.api.commands.lookups import SYMBOLS

    return SYMBOLS


_complete = Command(
    "complete",
    "find the files and definitions that the beginning of a name can mean, best first",
    "For what is written behind an `@` in a question.",
    None,
    LSP_ONLY,
)


@entry(
    "search",
    "find the code that matches a query, best first",
    "A query is words, identifiers, a path, or a pasted error.",
)
def _search() -> AnyBody:
    from foreword.api.commands.lookups import SEARCH

    return SEARCH


@entry(
    "map",
    "print the repository map as the model sees it",
    "It is a part of the base.",
)
def _map() -> AnyBody:
    from foreword.api.commands.lookups import MAP

    return MAP


@entry(
    "context",
    "show what the model knows: layers, files, tokens",
    "`--pin PATH` and `--unpin PATH` change which files stand in the base in full (`context.pins` in "
    ".foreword.toml).",
)
def _context() -> AnyBody:
    from foreword.api.commands.context import CONTEXT

    return CONTEXT


@entry(
    "verify",
    "build the prefix twice in fresh processes and compare the bytes",
    "The processes differ in hash seed, locale, time zone and working directory. Exit code 1 if the bytes "
    "differ.",
)
def _verify() -> AnyBody:
    from foreword.api.commands.setup import VERIFY

    return VERIFY


@entry(
    "forecast",
    "say what a question will probably cost, before anything is sent",
    "It tells tokens, how likely the cache is hit, money, and what would make it cheaper. Without QUESTION "
    "the forecast is for a short one.",
)
def _forecast() -> AnyBody:
    from foreword.api.commands.costs import FORECAST

    return FORECAST


@entry(
    "warm",
    "write the prefix to the cache before it is needed, or renew it",
    "`--base-only --ttl 1h` in CI after a merge writes the base that everybody shares who works from the "
    "same upstream state, with the same settings and a full clone; `--publish` pushes `refs/foreword/base`, which lets "
    "clones of depth 1 build it too. Nothing is answered; what it costs is in the ledger.",
)
def _warm() -> AnyBody:
    from foreword.api.commands.costs import WARM

    return WARM


@entry(
    "usage",
    "show what was spent, and what the cache saved",
    "Write premiums and warm-ups are counted. `--html FILE` draws it, `--export-trace FILE` makes a trace "
    "for `replay`.",
)
def _usage() -> AnyBody:
    from foreword.api.commands.costs import USAGE

    return USAGE


@entry(
    "why",
    "explain in three lines what the cache did with the last request, and what to do",
    "The file that spoiled the cache is named.",
)
def _why() -> AnyBody:
    from foreword.api.commands.costs import WHY

    return WHY


@entry(
    "replay",
    "compare what policies of caching would have cost over a trace of work",
    """`--synthetic SEED` makes days of work up. Nothing is sent to anybody.

A trace has one JSON object a line, oldest first:
  {"t": seconds, "event": "ask"|"edit"|"focus"|"blur"|"sleep"|"wake", "tokens"?, "path"?, "kind"?}

Policies: none, rebuild, stale (never told of a change), delta-5m, delta-1h, pings-N (a ping each N minutes),
foreword (what the server does), optimum (what nobody can beat).
`--turn 0` leaves the questions' own tokens out, and `--model article` has the prices that descriptions of caching reckon with.
With --developers they share the base of the day; one more row says what it costs if everybody has their own.""",
)
def _replay() -> AnyBody:
    from foreword.api.commands.caching import REPLAY

    return REPLAY


_serve = Command(
    "serve",
    "be a language server, for editors and scripts",
    "It speaks on standard input and output; `--tcp` and `--ws` listen on a port of this machine, for clients that show its "
    "token. The log goes to standard error.",
    None,
    CLI_ONLY,
)


_mcp = Command(
    "mcp",
    "be an MCP server, which gives other agents the index",
    "Tools: search, symbols, outline, read, changes_since, map, context, why; all of them look at the saved files first and "
    "only read. Nothing is sent, so no key and no trust is needed, but by the tool `ask`, which `--allow-ask` adds: it has your "
    "model answer, within your limits. It speaks on standard input and output; `--http` listens on a port of this machine, for "
    "clients that show its token.",
    None,
    CLI_ONLY,
)


_acp = Command(
    "acp",
    "be an ACP agent, for editors that chat with agents",
    "Chats with streamed answers, receipts and proposals in Zed, JetBrains, Emacs, Neovim and others, without a plugin. An "
    "edit is written once you allow it, and text is sent once you trust its folder. It speaks on standard input and output; "
    "the log goes to standard error.",
    None,
    CLI_ONLY,
)


@entry(
    "trust",
    "let editors send this workspace to the model",
    "`--revoke` stops that. Typing `foreword ask` in a folder is trust enough.",
)
def _trust() -> AnyBody:
    from foreword.api.commands.setup import TRUST

    return TRUST


@entry(
    "secrets",
    "list the secrets that are redacted in what the model sees",
    "The model sees `<redacted: KIND>` in the place of each. Places, kinds and digests are told, never a value. "
    "`--allow DIGEST` lets a value be shown that is none, such as a public test key; `--redact DIGEST` takes that back.",
)
def _secrets() -> AnyBody:
    from foreword.api.commands.secrets import SECRETS

    return SECRETS


@entry(
    "doctor",
    "check the installation and the workspace, and say what to do",
    "`--settings` lists all settings, each with the value that holds and where it comes from.",
)
def _doctor() -> AnyBody:
    from foreword.api.commands.setup import DOCTOR

    return DOCTOR


@entry(
    "demo",
    "show in a second what caching a prefix saves, with no key and nothing sent",
    "A prefix and the questions over it go through a simulated cache: what is written, what is read, what a changed "
    "character in front does, and what is too short to be kept. `--live` sends it, after it said what that costs.",
)
def _demo() -> AnyBody:
    from foreword.api.commands.caching import DEMO

    return DEMO


@entry(
    "status",
    "say who answers, until when the prefix is warm, and what today cost",
    "`--line` says it in one line, for a prompt or the status line of tmux. Nothing is sent.",
)
def _status() -> AnyBody:
    from foreword.api.commands.status import STATUS

    return STATUS


@entry(
    "models",
    "list the models that are known and offered, with their prices and their last day",
    "What the endpoint lists stands beside the catalog (`model.catalog` adds to it).",
)
def _models() -> AnyBody:
    from foreword.api.commands.status import MODELS

    return MODELS


_completion = Command(
    "completion",
    "print the script that lets a shell complete commands and flags",
    'bash: `eval "$(foreword completion bash)"` in ~/.bashrc; zsh: into a file `_foreword` in a folder of `$fpath`; fish: into '
    "~/.config/fish/completions/foreword.fish.",
    None,
    CLI_ONLY,
)


# In the order in which they stand above, which is that of the help and the README.
COMMANDS: tuple[Command, ...] = tuple(one for one in globals().values() if isinstance(one, Command))
"""Every command, as above."""

TYPED: Mapping[str, Command] = {one.name: one for one in COMMANDS if "cli" in one.doors}
"""Those of the command line, by name."""

SERVED: Mapping[str, Command] = {one.lsp_name: one for one in COMMANDS if "lsp" in one.doors}
"""Those of the language server, by the name that clients use."""
