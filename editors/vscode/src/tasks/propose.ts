// Edits that the model proposes, for an instruction or a task of a code action: asked for with progress, then reviewed.

import * as vscode from "vscode";
import type { ProposalResult } from "../protocol";
import type { Review } from "../review/review";
import type { Server } from "../server/server";
import { completed } from "./prompting";
import type { Task } from "./task";
import { t } from "../l10n";

/** Asks for a proposal, and opens it in the review; `argument` is that of `foreword.edit`. */
export async function propose(server: Server, review: Review, title: string, argument: object): Promise<void> {
  const location = { location: vscode.ProgressLocation.Notification, title: `Foreword: ${title}`, cancellable: true };
  const result = await vscode.window.withProgress(location, (_, token) =>
    server.execute<ProposalResult & { text?: string }>("foreword.edit", { ...argument, apply: false }, token),
  );
  if (result.workspaceEdit) return review.open(result.proposalId, result);
  // A proposal that breaks off, or fits no more, was told by the server.
  if (result.edits.length > 0) return;
  void vscode.window.showInformationMessage(t("Foreword proposes no change: {0}", result.text ?? ""));
}

/** Carries out a task of a code action that ends in edits. */
export async function proposeTask(server: Server, review: Review, title: string, given: Task): Promise<void> {
  const task = await completed(given);
  if (task) await propose(server, review, title, task);
}
