// What the user attaches to a question: the current file, the selection, a symbol, any file of the workspace.

import * as vscode from "vscode";
import type { AttachWhat } from "./messages";
import type { Attachment, Range } from "./protocol";

const MAX_FILES = 5_000;

/** What the user chose, or the reason why there is nothing to attach; undefined where the user thought better of it. */
export async function attach(what: AttachWhat): Promise<Attachment | string | undefined> {
  switch (what) {
    case "file":
      return currentFile();
    case "selection":
      return selection();
    case "symbol":
      return pickSymbol();
    case "pick":
      return pickFile();
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
  if (!vscode.workspace.getWorkspaceFolder(uri)) return `${name} is not in this workspace: attach files of its folders`;
  const stat = await Promise.resolve(vscode.workspace.fs.stat(uri)).catch(() => null);
  if (stat?.type !== undefined && (stat.type & vscode.FileType.File) !== 0) return { uri: uri.toString() };
  return `${name} is no file: attach the files in it that matter`;
}

function currentFile(): Attachment | string {
  const editor = vscode.window.activeTextEditor;
  return editor ? inWorkspace(editor.document.uri) : "No file is open: open the one to attach";
}

function selection(): Attachment | string {
  const editor = vscode.window.activeTextEditor;
  if (!editor || editor.selection.isEmpty) return "Nothing is selected: select the lines to attach";
  const attachment = inWorkspace(editor.document.uri);
  return typeof attachment === "string" ? attachment : { ...attachment, range: wireRange(editor.selection) };
}

function inWorkspace(uri: vscode.Uri): Attachment | string {
  if (uri.scheme === "file" && vscode.workspace.getWorkspaceFolder(uri)) return { uri: uri.toString() };
  return "This document is no file of the workspace: save it there, so that it can be attached";
}

/** A range as LSP writes it; the editor's own class keeps its fields to itself. */
export function wireRange({ start, end }: vscode.Range): Range {
  return {
    start: { line: start.line, character: start.character },
    end: { line: end.line, character: end.character },
  };
}

async function pickFile(): Promise<Attachment | undefined> {
  const files = vscode.workspace.findFiles("**/*", undefined, MAX_FILES).then((uris) =>
    uris
      .map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri }))
      .sort((one, other) => (one.label < other.label ? -1 : 1)),
  );
  const chosen = await vscode.window.showQuickPick(files, { title: "Attach a file", placeHolder: "File" });
  return chosen && { uri: chosen.uri.toString() };
}

interface SymbolItem extends vscode.QuickPickItem {
  attachment: Attachment;
}

/** The symbols of the current file at first, those of the workspace as soon as something is typed. */
function pickSymbol(): Promise<Attachment | undefined> {
  const picker = vscode.window.createQuickPick<SymbolItem>();
  picker.title = "Attach a symbol";
  picker.placeholder = "Type to find a symbol of the workspace";
  let newest = 0;
  const search = async (query: string): Promise<void> => {
    const mine = ++newest;
    picker.busy = true;
    const items = query === "" ? await symbolsOfDocument() : await symbolsOfWorkspace(query);
    if (mine !== newest) return;
    picker.items = items;
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

async function symbolsOfWorkspace(query: string): Promise<SymbolItem[]> {
  const command = "vscode.executeWorkspaceSymbolProvider";
  const found = await vscode.commands.executeCommand<vscode.SymbolInformation[] | undefined>(command, query);
  return (found ?? [])
    .filter(({ location }) => vscode.workspace.getWorkspaceFolder(location.uri))
    .map(({ name, location }) => symbolItem(name, location.uri, location.range));
}

async function symbolsOfDocument(): Promise<SymbolItem[]> {
  const uri = vscode.window.activeTextEditor?.document.uri;
  if (!uri || !vscode.workspace.getWorkspaceFolder(uri)) return [];
  const command = "vscode.executeDocumentSymbolProvider";
  type Found = vscode.DocumentSymbol | vscode.SymbolInformation;
  const found = await vscode.commands.executeCommand<Found[] | undefined>(command, uri);
  // A symbol with children has a location too.
  return (found ?? []).flatMap((symbol) =>
    "children" in symbol ? nested(symbol, uri) : [symbolItem(symbol.name, uri, symbol.location.range)],
  );
}

function nested(symbol: vscode.DocumentSymbol, uri: vscode.Uri): SymbolItem[] {
  const inside = symbol.children.flatMap((child) => nested(child, uri));
  return [symbolItem(symbol.name, uri, symbol.range), ...inside];
}

/** The range, not the name, says what is meant: language servers and Foreword's index may name things differently. */
function symbolItem(name: string, uri: vscode.Uri, range: vscode.Range): SymbolItem {
  const where = `${vscode.workspace.asRelativePath(uri)}:${range.start.line + 1}`;
  return { label: name, description: where, attachment: { uri: uri.toString(), range: wireRange(range) } };
}
