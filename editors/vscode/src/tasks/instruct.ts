// An instruction of the user's own about the selection or the file: asked for, carried out, reviewed.

import * as vscode from "vscode";
import type { Review } from "../review/review";
import type { Server } from "../server/server";
import { propose } from "./propose";

/** `given` spares the question for the words. */
export async function instruct(server: Server, review: Review, given?: string): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (!editor || !isOurs(editor.document)) throw new Error("no file of the workspace is open: open the one to change");
  const instruction = given ?? (await words(editor));
  if (!instruction) return;
  const workspace = editor.document.uri.toString();
  await propose(server, review, "editing", { instruction, workspace, path: [pointer(editor)] });
}

function isOurs({ uri }: vscode.TextDocument): boolean {
  return uri.scheme === "file" && vscode.workspace.getWorkspaceFolder(uri) !== undefined;
}

async function words({ document }: vscode.TextEditor): Promise<string | undefined> {
  const title = `Edit ${vscode.workspace.asRelativePath(document.uri)}`;
  const placeHolder = "What should be different?";
  return (await vscode.window.showInputBox({ title, placeHolder, ignoreFocusOut: true }))?.trim();
}

/** The file, with the selected lines if some are. */
function pointer({ document, selection }: vscode.TextEditor): string {
  const path = vscode.workspace.asRelativePath(document.uri, false);
  return selection.isEmpty ? path : `${path}:${selection.start.line + 1}-${lastLine(selection) + 1}`;
}

// A selection of whole lines ends at the beginning of the next one.
function lastLine({ start, end }: vscode.Selection): number {
  return end.character === 0 && end.line > start.line ? end.line - 1 : end.line;
}
