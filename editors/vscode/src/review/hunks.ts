// The hunks of a proposal that are not decided, and the text that they make of a file. The server says where each one
// belongs (its edit is made for the text of now); this only carries edits out and counts lines.

import type { ProposalResult, ProposedFile, WireEdit, WireTextEdit } from "../protocol";

/** What happens to a file; only a changed one has parts to choose from. */
export type Kind = ProposedFile["kind"];

/** A file of a proposal with those of its hunks that are not decided yet. URIs are as the server writes them. */
export interface PendingFile {
  readonly path: string;
  readonly uri: string;
  readonly sourceUri: string | undefined;
  readonly kind: Kind;
  readonly runsHere: boolean;
  readonly hunks: readonly number[];
}

export function pendingFiles({ edits, pending }: Pick<ProposalResult, "edits" | "pending">): PendingFile[] {
  return edits
    .map(({ path, uri, sourceUri, kind, runsHere = false }) => ({
      ...{ path, uri, sourceUri, kind, runsHere },
      hunks: pending[path] ?? [],
    }))
    .filter(({ hunks }) => hunks.length > 0);
}

/** The argument of `foreword.edit` for these hunks; a file that has no parts is named as a whole. */
export function partOf(proposalId: string, files: readonly PendingFile[]): object {
  const hunks = files.filter(({ kind }) => hasParts(kind)).map(({ path, hunks }) => [path, hunks] as const);
  const whole = files.filter(({ kind }) => !hasParts(kind)).map(({ path }) => path);
  return {
    proposalId,
    ...(hunks.length > 0 ? { hunks: Object.fromEntries(hunks) } : {}),
    ...(whole.length > 0 ? { files: whole } : {}),
  };
}

export function hasParts(kind: Kind): boolean {
  return kind === "change" || kind === "rename";
}

/** A URI as it is compared with others: the editor and the server may write one in two ways. */
export type UriKey = (uri: string) => string;

/** The edits of one document in a workspace edit, in the order of their places. */
export function editsOf(edit: WireEdit | undefined, uri: string, key: UriKey): WireTextEdit[] {
  const wanted = key(uri);
  const versioned = (edit?.documentChanges ?? []).flatMap((change) =>
    "textDocument" in change && key(change.textDocument.uri) === wanted ? change.edits : [],
  );
  const plain = Object.entries(edit?.changes ?? {}).flatMap(([name, edits]) => (key(name) === wanted ? edits : []));
  return [...versioned, ...plain].sort(
    (a, b) => a.range.start.line - b.range.start.line || a.range.start.character - b.range.start.character,
  );
}

/** A text after some edits, which do not overlap, and the line at which each of them begins in it. */
export interface Edited {
  text: string;
  lines: number[];
}

export function applyEdits(text: string, edits: readonly WireTextEdit[]): Edited {
  const starts = lineStarts(text);
  const offset = ({ line, character }: { line: number; character: number }): number =>
    Math.min((starts[line] ?? text.length) + character, text.length);
  let edited = "";
  let from = 0;
  const lines = edits.map(({ range, newText }) => {
    edited += text.slice(from, offset(range.start));
    const leading = newText.length - newText.replace(/^(\r?\n)+/, "").length;
    const line = countLines(edited) + (isAppended(range, edited) && leading > 0 ? 1 : 0);
    edited += newText;
    from = offset(range.end);
    return line;
  });
  return { text: edited + text.slice(from), lines };
}

/** An insertion behind a line's text begins on the next line. */
function isAppended({ start, end }: WireTextEdit["range"], before: string): boolean {
  return start.line === end.line && start.character === end.character && before !== "" && !before.endsWith("\n");
}

function countLines(text: string): number {
  return lineStarts(text).length - 1;
}

// As the editor and the protocol have it: a line ends with "\n", "\r\n" or a single "\r".
function lineStarts(text: string): number[] {
  return [0, ...[...text.matchAll(/\r\n|\n|\r/g)].map(({ 0: end, index }) => index + end.length)];
}
