// The message for what is staged, written into the source control view's own box; nothing is committed.

import * as vscode from "vscode";
import { chosenFolder } from "../folders";
import type { Server } from "../server/server";
import { t } from "../l10n";

/** The part of the git extension's interface that is used here. */
interface GitExtension {
  getAPI(version: 1): { repositories: { rootUri: vscode.Uri; inputBox: { value: string } }[] };
}

/** `source` is given by the view's button. */
export async function writeCommitMessage(server: Server, source?: vscode.SourceControl): Promise<void> {
  const extension = vscode.extensions.getExtension<GitExtension>("vscode.git");
  if (!extension) throw new Error(t("the editor's git extension is off: turn it on, or run `foreword commit` in a terminal"));
  const { repositories } = (await extension.activate()).getAPI(1);
  const workspace = source?.rootUri?.toString() ?? (await chosenFolder(t("The changes of which folder?")));
  const repository = repositories.find(({ rootUri }) => rootUri.toString() === workspace) ?? repositories[0];
  if (!repository) throw new Error(t("no repository is open: open a folder that is in one"));
  const location = { location: vscode.ProgressLocation.SourceControl, title: t("Foreword: writing the commit message") };
  const { message } = await vscode.window.withProgress(location, () =>
    server.execute<{ message: string }>("foreword.commit", { print: true, workspace: repository.rootUri.toString() }),
  );
  repository.inputBox.value = message.trim();
  await vscode.commands.executeCommand("workbench.view.scm");
}
