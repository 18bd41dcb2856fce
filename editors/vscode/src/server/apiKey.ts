// The user's API key, in the editor's secret storage: it reaches the server in its environment, and no setting or file.

import * as vscode from "vscode";
import { t } from "../l10n";

const NAME = "foreword.apiKey";
const VARIABLE = "ANTHROPIC_API_KEY";

/** The environment that the server gets beside the editor's own; a stored key comes before the environment's. */
export async function keyEnvironment(secrets: vscode.SecretStorage): Promise<Record<string, string>> {
  const key = await secrets.get(NAME);
  return key ? { [VARIABLE]: key } : {};
}

/** Asks for a key and stores it, or forgets the stored one where nothing is entered; false if the user thought better of it. */
export async function setApiKey(secrets: vscode.SecretStorage): Promise<boolean> {
  const isStored = (await secrets.get(NAME)) !== undefined;
  const key = await vscode.window.showInputBox({
    title: t("API key for Claude"),
    prompt: `${t("Kept in this editor's secret storage.")}${isStored ? ` ${t("Leave it empty to forget the stored key.")}` : ""}`,
    placeHolder: "sk-ant-...",
    password: true,
    ignoreFocusOut: true,
    validateInput: (text) => (/[^\x21-\x7e]/.test(text.trim()) ? t("A key has no spaces and no special characters in it") : undefined),
  });
  if (key === undefined) return false;
  if (key.trim() === "") await secrets.delete(NAME);
  else await secrets.store(NAME, key.trim());
  return true;
}
