// The pending hunks of a proposal, and the text that they make of a file. The server says where each one belongs
// (its edit is laid for the text of now); this only carries edits out and counts lines.

import type { ProposalResult, WireEdit, WireTextEdit } from "../protocol";

/** What happens to a file; only a changed one has parts to choose from. */
export type Kind = "change" | "create" | "delete" | "rename";

/** A file of a proposal with those of its hunks that are not decided yet. */
export interface PendingFile {
  readonly path: string;
  readonly kind: Kind;
  readonly hunks: readonly number[];
}

export function pendingFiles(result: ProposalResult): PendingFile[] {
  return result.edits
    .filter(({ applied }) => !applied)
    .map(({ path, kind }) => ({
      path,
      kind: (kind ?? "change") as Kind,
      hunks: (result.hunks[path] ?? []).map((_, number) => number),
    }));
}

/** The file without these hunks; undefined when nothing of it is left to decide. */
export function without(file: PendingFile, settled: readonly number[]): PendingFile | undefined {
  const hunks = file.hunks.filter((number) => !settled.includes(number));
  return hunks.length > 0 ? { ...file, hunks } : undefined;
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

/** The edits of one document in a workspace edit, in the order of their places. */
export function editsOf(edit: WireEdit | undefined, uri: string): WireTextEdit[] {
  const versioned = (edit?.documentChanges ?? []).flatMap((change) =>
    "textDocument" in change && change.textDocument.uri === uri ? change.edits : [],
  );
  return [...versioned, ...(edit?.changes?.[uri] ?? [])].sort(
    (a, b) => a.range.start.line - b.range.start.line || a.range.start.character - b.range.start.character,
  );
}

/** The URIs of the documents that an edit changes or creates. */
export function documentsOf(edit: WireEdit | undefined): string[] {
  const versioned = (edit?.documentChanges ?? []).flatMap((change) =>
    "textDocument" in change ? [change.textDocument.uri] : [],
  );
  return [...new Set([...versioned, ...Object.keys(edit?.changes ?? {})])];
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
