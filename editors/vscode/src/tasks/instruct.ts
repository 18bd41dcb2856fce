// An instruction of the user's own about the selection or the file: asked for, carried out, reviewed.

import * as vscode from "vscode";
import type { Review } from "../review/review";
import type { Server } from "../server/server";
import { isOurs, pointer, wholeLines } from "../inline/place";
import { propose } from "./propose";
import { t } from "../l10n";

/** `given` spares the question for the words. */
export async function instruct(server: Server, review: Review, given?: string): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (!editor || !isOurs(editor.document)) throw new Error(t("no file of the workspace is open: open the one to change"));
  const instruction = given ?? (await words(editor));
  if (!instruction) return;
  const workspace = editor.document.uri.toString();
  await propose(server, review, t("editing"), { instruction, workspace, path: [about(editor)] });
}

async function words({ document }: vscode.TextEditor): Promise<string | undefined> {
  const title = t("Edit {0}", vscode.workspace.asRelativePath(document.uri));
  const placeHolder = t("What should be different?");
  return (await vscode.window.showInputBox({ title, placeHolder, ignoreFocusOut: true }))?.trim();
}

/** The file, with the selected lines if some are. */
function about({ document, selection }: vscode.TextEditor): string {
  return selection.isEmpty ? vscode.workspace.asRelativePath(document.uri, false) : pointer(document, wholeLines(selection));
}
