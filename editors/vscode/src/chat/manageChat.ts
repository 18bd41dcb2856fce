// Renaming, deleting and exporting a chat of the list.

import * as vscode from "vscode";
import type { FromPage } from "./messages";
import type { ChatController } from "./session/chatController";
import { t } from "../l10n";

type What = Extract<FromPage, { type: "manage" }>["what"];

export async function manageChat(controller: ChatController, what: What, chatId: string, title: string): Promise<void> {
  if (what === "rename") {
    const given = await vscode.window.showInputBox({ title: t("Rename the chat"), value: title, ignoreFocusOut: true });
    if (given?.trim()) await controller.rename(chatId, given.trim());
  }
  if (what === "delete") {
    const question = t("Delete the chat \"{0}\" with all that was said in it?", title);
    const chosen = await vscode.window.showWarningMessage(question, { modal: true }, t("Delete"));
    if (chosen !== undefined) await controller.remove(chatId);
  }
  if (what === "export") {
    const content = await controller.exported(chatId);
    const document = await vscode.workspace.openTextDocument({ language: "markdown", content });
    await vscode.window.showTextDocument(document, { preview: false });
  }
}
