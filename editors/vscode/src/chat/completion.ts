// What an @ in a question can mean: files and definitions of the index, and what the editor has to give besides.

import type { Server } from "../server/server";
import type { AttachWhat, Suggestion } from "./messages";
import { t } from "../l10n";

/** `foreword.complete/1`; lines from 1, inclusive. */
interface Completion {
  items: { kind: "file" | "symbol"; name: string; path: string; uri: string; line?: number; endLine?: number }[];
}

const SOURCES: readonly [AttachWhat, string, string][] = [
  ["file", t("Current file"), t("the file that is open")],
  ["selection", t("Selection"), t("the lines that are selected")],
  ["problems", t("Problems"), t("what is reported of the open file")],
  ["changes", t("Git changes"), t("what differs from the last commit")],
  ["staged", t("Staged changes"), t("what would be committed")],
  ["terminal", t("Terminal selection"), t("what is selected in the terminal")],
];

/** `uri` is of the file that is open: its definitions are what an empty query means. */
export async function suggestionsFor(
  server: Server,
  query: string,
  workspace: string | undefined,
  uri?: string,
): Promise<Suggestion[]> {
  const wanted = query.toLowerCase();
  const sources = SOURCES.filter(([, label]) => label.toLowerCase().includes(wanted)).map(
    ([what, label, detail]): Suggestion => ({ label, detail, what }),
  );
  const argument = { query, ...(workspace === undefined ? {} : { workspace }), ...(uri === undefined ? {} : { uri }) };
  const { items } = await server.execute<Completion>("foreword.complete", argument);
  return [...sources, ...items.map(suggestionOf)];
}

function suggestionOf({ kind, name, path, uri, line, endLine }: Completion["items"][number]): Suggestion {
  if (kind === "file" || line === undefined) return { label: name, detail: path, attachment: { uri } };
  const range = { start: { line: line - 1, character: 0 }, end: { line: endLine ?? line, character: 0 } };
  return { label: name, detail: `${path}:${line}`, attachment: { uri, range } };
}
