// What the user attaches to a question: the current file, the selection, a symbol, any file of the workspace.

import * as vscode from "vscode";
import { chosenFolder } from "../folders";
import type { Server } from "../server/server";
import { suggestionsFor } from "./completion";
import type { AttachWhat, Suggestion } from "./messages";
import type { Attachment, Range } from "./protocol";
import { gitDiff, problems, terminalSelection } from "./textSources";
import { t } from "../l10n";

/** What the user chose, or the reason why there is nothing to attach; undefined where the user thought better of it. */
export async function attach(server: Server, what: Exclude<AttachWhat, "media">): Promise<Attachment | string | undefined> {
  switch (what) {
    case "file":
      return currentFile();
    case "selection":
      return selection();
    case "symbol":
      return pick(server, "symbol");
    case "pick":
      return pick(server, "file");
    case "here":
      return vscode.window.activeTextEditor?.selection.isEmpty === false ? selection() : currentFile();
    case "problems":
      return problems();
    case "changes":
      return gitDiff(false, await chosenFolder(t("Whose changes?")));
    case "staged":
      return gitDiff(true, await chosenFolder(t("Whose changes?")));
    case "terminal":
      return terminalSelection();
  }
}

/** The files among dropped URIs, and why others are none. */
export async function dropped(uris: string[]): Promise<(Attachment | string)[]> {
  return Promise.all(uris.map((uri) => droppedFile(asSeenHere(vscode.Uri.parse(uri)))));
}

/** Where the editor's window and its extensions run on two machines, the window names files of the other one. */
function asSeenHere(uri: vscode.Uri): vscode.Uri {
  return uri.scheme === "vscode-remote" ? uri.with({ scheme: "file", authority: "" }) : uri;
}

async function droppedFile(uri: vscode.Uri): Promise<Attachment | string> {
  const name = vscode.workspace.asRelativePath(uri);
  if (!vscode.workspace.getWorkspaceFolder(uri)) return t("{0} is not in this workspace: attach files of its folders", name);
  const stat = await Promise.resolve(vscode.workspace.fs.stat(uri)).catch(() => null);
  if (stat?.type !== undefined && (stat.type & vscode.FileType.File) !== 0) return { uri: uri.toString() };
  return t("{0} is no file: attach the files in it that matter", name);
}

function currentFile(): Attachment | string {
  const editor = vscode.window.activeTextEditor;
  return editor ? inWorkspace(editor.document.uri) : t("No file is open: open the one to attach");
}

function selection(): Attachment | string {
  const editor = vscode.window.activeTextEditor;
  if (!editor || editor.selection.isEmpty) return t("Nothing is selected: select the lines to attach");
  const attachment = inWorkspace(editor.document.uri);
  return typeof attachment === "string" ? attachment : { ...attachment, range: wireRange(editor.selection) };
}

function inWorkspace(uri: vscode.Uri): Attachment | string {
  if (uri.scheme === "file" && vscode.workspace.getWorkspaceFolder(uri)) return { uri: uri.toString() };
  return t("This document is no file of the workspace: save it there, so that it can be attached");
}

/** A range as LSP writes it; the editor's own class keeps its fields to itself. */
export function wireRange({ start, end }: vscode.Range): Range {
  return {
    start: { line: start.line, character: start.character },
    end: { line: end.line, character: end.character },
  };
}

interface SuggestedItem extends vscode.QuickPickItem {
  attachment: Attachment;
}

/** A file or a definition, as the index finds it for what is typed: it obeys the ignore rules, and knows all of them. */
async function pick(server: Server, kind: "file" | "symbol"): Promise<Attachment | undefined> {
  const workspace = await chosenFolder(t("A file of which folder?"));
  const picker = vscode.window.createQuickPick<SuggestedItem>();
  picker.title = kind === "file" ? t("Attach a file") : t("Attach a symbol");
  picker.placeholder = kind === "file" ? t("Type to find a file of the workspace") : t("Type to find a symbol of the workspace");
  const open = vscode.window.activeTextEditor?.document.uri;
  const here = kind === "symbol" && open?.scheme === "file" ? open.toString() : undefined;
  let newest = 0;
  const search = async (query: string): Promise<void> => {
    const mine = ++newest;
    picker.busy = true;
    const found = await suggestionsFor(server, query, workspace, here).catch(() => []);
    if (mine !== newest) return;
    picker.items = found.flatMap((one) => itemOf(one, kind));
    picker.busy = false;
  };
  picker.onDidChangeValue((query) => void search(query));
  void search("");
  picker.show();
  return new Promise((resolve) => {
    picker.onDidAccept(() => {
      resolve(picker.activeItems[0]?.attachment);
      picker.dispose();
    });
    picker.onDidHide(() => {
      resolve(undefined);
      picker.dispose();
    });
  });
}

function itemOf({ label, detail, attachment }: Suggestion, kind: "file" | "symbol"): SuggestedItem[] {
  const isMeant = attachment !== undefined && (attachment.range === undefined) === (kind === "file");
  // The index has matched it already, in its own way.
  return isMeant ? [{ label, description: detail, attachment, alwaysShow: true }] : [];
}
