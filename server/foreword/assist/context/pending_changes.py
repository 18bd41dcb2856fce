"""What was saved since the model was last shown a file: from trees and texts to the next delta block."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from foreword.assist.context.base_cache import AnchoredBase
from foreword.assist.context.instruction_layer import new_imports
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.core.documents.text import Text, decode, printable
from foreword.core.exclusion import IGNORED, IGNORED_BY_GIT, reason_for_content
from foreword.core.outline import EMPTY_OUTLINE
from foreword.core.tree import Source
from foreword.prefix.delta import FileChange, render_delta
from foreword.prefix.instruction_files import CLAUDE, INSTRUCTION_FORMS, is_instruction_path
from foreword.prefix.layers import WHOLE, Block, Form, Lineage, ShownVersion
from foreword.workspace.files.disk import is_file
from foreword.workspace.git.git_listing import ignored_by_git
from foreword.workspace.ignore import FOREWORDIGNORE, parse_rules

# After a switch of branches thousands can differ, and of each both versions are read and compared.
MAX_TOLD = 300
"""Files of one block whose contents are compared; more than that are named only."""
MAX_IGNORED = 100
"""Files of which a block tells that `.forewordignore` leaves them out from now on."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The next block (None: nothing changed), the versions it shows, and the contents to keep by blob id."""

    block: Block | None
    shown: Mapping[str, ShownVersion]
    contents: Mapping[str, bytes]


def find_changes(
    session: Session, saved: WorkspaceSnapshot, lineage: Lineage, anchored: AnchoredBase
) -> Changes:
    """The difference between what the model was last shown and what is saved."""
    differing, hidden = differing_paths(session, saved, lineage, anchored)
    withheld = _withheld(session, saved, lineage)
    hidden |= withheld
    paths = sorted(differing | withheld.keys())
    known, after = _known_blobs(lineage, anchored), saved_blobs(saved)
    if not paths:
        return Changes(None, {}, {})
    # Files that are there come first: of a deleted one the name says all.
    by_weight = sorted(paths, key=lambda path: path not in after)
    told, named = by_weight[:MAX_TOLD], sorted(by_weight[MAX_TOLD:])
    old = _before(session, saved, {path: known[path] for path in told if path in known})
    new = _after(saved, told)
    forms = _forms(lineage, anchored)
    seen = [
        path
        for path in told
        if (path in new or path in old or path in forms or path in withheld)
        and not _is_converted(path, old, new, saved)
    ]
    if FOREWORDIGNORE in seen:
        newly = _newly_ignored(session, saved, old.get(FOREWORDIGNORE, b""))
        hidden |= newly
        seen += newly
    room = session.settings.context_instructions
    changes = [
        replace(
            _change(path, old, new, forms, saved),
            hidden=hidden.get(path, ""),
            instructions=room if is_instruction_path(path) or forms.get(path) in INSTRUCTION_FORMS else 0,
        )
        for path in seen
    ]
    changes = _with_imports(saved, changes, forms) if room else changes
    block = render_delta(changes, named)
    shown = (
        _shown(block, after, sorted({*(one.path for one in changes), *named}), forms, hidden) if block else {}
    )
    # Only dirty files: what git has can be read from git when the next change is compared.
    contents = {after[path]: new[path] for path in seen if path in new and path in saved.tree.dirty}
    return Changes(block, shown, contents)


def _with_imports(
    saved: WorkspaceSnapshot, changes: Sequence[FileChange], forms: Mapping[str, Form]
) -> list[FileChange]:
    """The changes with what changed instruction files import by now, and the model was not shown as instructions yet."""
    by_path = {change.path: change for change in changes}
    for change in changes:
        by_name = is_instruction_path(change.path)
        # Of those that are known by their names only `CLAUDE.md` has imports, and of the others what it imports.
        if not change.instructions or change.after is None or (by_name and not change.path.endswith(CLAUDE)):
            continue
        for path, text in new_imports(saved, change.path, change.after, forms):
            known = by_path.get(path) or FileChange(path, None, text, saved.index.outline(path), None)
            if not is_instruction_path(path):
                by_path[path] = replace(
                    known, before=None, instructions=change.instructions, imported_by=change.path
                )
    return list(by_path.values())


def differing_paths(
    session: Session, saved: WorkspaceSnapshot, lineage: Lineage, anchored: AnchoredBase
) -> tuple[set[str], dict[str, str]]:
    """The files that are not as the model was last told of them, and those among them that are hidden, with the reasons."""
    known, after = _known_blobs(lineage, anchored), saved_blobs(saved)
    differing = {
        p for p in known.keys() | after.keys() if known.get(p) != after.get(p) and _counts(p, known, saved)
    }
    # What was told of a file that is not shown: the reason, or that it is gone.
    without_text = {p: shown.hidden for p, shown in lineage.shown.items() if shown.blob is None}
    hidden = hidden_now(session, saved, (differing | without_text.keys()) - after.keys())
    differing |= {p for p, told in without_text.items() if p not in after and hidden.get(p, "") != told}
    return differing, {path: reason for path, reason in hidden.items() if path in differing}


def hidden_now(session: Session, saved: WorkspaceSnapshot, paths: Collection[str]) -> dict[str, str]:
    """Those of some files without a text to show that are there all the same, each with the reason."""
    reasons = {path: saved.reason_left_out(path) for path in paths}
    hidden = {path: reason for path, reason in reasons.items() if reason is not None}
    # Left out without being listed: what git was told to forget and to ignore.
    others = [path for path in paths if path not in hidden and is_file(saved.root, path)]
    if session.repository is not None and others:
        hidden |= dict.fromkeys(ignored_by_git(session.repository, others), IGNORED_BY_GIT)
    return hidden


def _withheld(session: Session, saved: WorkspaceSnapshot, lineage: Lineage) -> dict[str, str]:
    """The files that a base leaves out because git ignores them by now, unless it was told already."""
    missing = saved.local_versions - saved_blobs(saved).keys() - lineage.shown.keys()
    hidden = hidden_now(session, saved, missing) if missing else {}
    return {path: reason for path, reason in hidden.items() if reason == IGNORED_BY_GIT}


def _newly_ignored(session: Session, saved: WorkspaceSnapshot, before: bytes) -> dict[str, str]:
    """The tracked files that `.forewordignore` leaves out, and did not when it had the bytes `before`."""
    files = session.recall.files
    rules, _ = parse_rules(before, "", FOREWORDIGNORE)
    ignored = (left.path for left in saved.report.left_out if left.reason == IGNORED)
    newly = (p for p in ignored if files is not None and p in files.left_out and not rules.ignores(p))
    return dict.fromkeys(islice(newly, MAX_IGNORED), IGNORED)


def has_unread_changes(saved: WorkspaceSnapshot, lineage: Lineage, anchored: AnchoredBase) -> bool:
    """Whether a file that the index does not know yet is none of those that the model was shown."""
    known = _known_blobs(lineage, anchored)
    return any(known.get(path) != saved.tree.blobs[path] for path in saved.unread)


def saved_blobs(saved: WorkspaceSnapshot) -> Mapping[str, str]:
    """What is saved. A file that was not read yet counts as it is in the tree: it is one that the model was shown."""
    if saved.is_complete:
        return saved.index.blobs
    return {**saved.index.blobs, **{path: saved.tree.blobs[path] for path in saved.unread}}


def _known_blobs(lineage: Lineage, anchored: AnchoredBase) -> dict[str, str]:
    """What the model believes to be there: the anchor's files, overlaid with what the delta told."""
    known = dict(anchored.blobs)
    for path, shown in lineage.shown.items():
        # The delta has told that the file is gone.
        if shown.blob is None:
            known.pop(path, None)
        else:
            known[path] = shown.blob
    return known


def _counts(path: str, known: Mapping[str, str], saved: WorkspaceSnapshot) -> bool:
    """A file that is left out by its contents was not shown before either, unless its contents changed."""
    return path in saved.index.blobs or saved.tree.blobs.get(path) != known[path]


def _is_converted(
    path: str, old: Mapping[str, bytes], new: Mapping[str, bytes], saved: WorkspaceSnapshot
) -> bool:
    """Whether git alone makes the difference, by an attribute of the file that converts it."""
    if not saved.attributes.lines or path not in old or path not in new:
        return False
    expected = saved.tree.encodings.get(path)
    before, after = (printable(decode(one[path], expected).content) for one in (old, new))
    return saved.attributes.is_same(path, before, after)


def _forms(lineage: Lineage, anchored: AnchoredBase) -> dict[str, Form]:
    return anchored.base.forms | {path: shown.form for path, shown in lineage.shown.items()}


def _change(
    path: str,
    old: Mapping[str, bytes],
    new: Mapping[str, bytes],
    forms: Mapping[str, Form],
    saved: WorkspaceSnapshot,
) -> FileChange:
    return FileChange(
        path=path,
        before=_decoded(old.get(path), saved.tree.encodings.get(path)),
        after=_decoded(new.get(path), saved.tree.encodings.get(path)),
        outline=saved.index.outline(path) if path in new else EMPTY_OUTLINE,
        form=forms.get(path),
    )


def _decoded(data: bytes | None, expected: str | None) -> Text | None:
    return None if data is None else decode(data, expected)


def _before(session: Session, saved: WorkspaceSnapshot, blobs: Mapping[str, str]) -> dict[str, bytes]:
    """Contents by path of blobs that may be gone from the disk: kept by Foreword, or in git's object store."""
    kept = session.prefix_store.contents(blobs.values())
    in_git = [Source(path, blob) for path, blob in blobs.items() if blob not in kept]
    found = {path: kept[blob] for path, blob in blobs.items() if blob in kept}
    if session.repository is not None:
        found |= {source.path: data for source, data in saved.reader(in_git) if data is not None}
    # Rules about contents hold for the old version too: it may have held what the new one does not.
    wanted = saved.tree.included
    return {p: data for p, data in found.items() if reason_for_content(p, data, included=p in wanted) is None}


def _after(saved: WorkspaceSnapshot, paths: Iterable[str]) -> dict[str, bytes]:
    sources = [
        Source(path, saved.index.blobs[path], path in saved.tree.dirty)
        for path in paths
        if path in saved.index.blobs
    ]
    return {source.path: data for source, data in saved.reader(sources) if data is not None}


def _shown(
    block: Block,
    after: Mapping[str, str],
    paths: Iterable[str],
    forms: Mapping[str, Form],
    hidden: Mapping[str, str],
) -> dict[str, ShownVersion]:
    told = {part.path: part.form for part in block.parts}
    return {
        path: ShownVersion(after.get(path), known_as(told.get(path), forms.get(path)), hidden.get(path, ""))
        for path in paths
    }


def known_as(told: Form | None, before: Form | None) -> Form:
    """The form in which the model has a file, `full` or `outline` (of instructions: whole or cut), after a block told of it.

    `told` is the form in that block (None: only named), `before` the form before (None: not shown). A diff
    gives the whole text only to a model that had the whole text.
    """
    known = before if told == "diff" else told
    return known if known in WHOLE or known == "cut" else "outline"
