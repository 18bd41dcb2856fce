// The status bar's item, and the dialog behind it.

import * as vscode from "vscode";
import type { Why } from "../protocol";
import { activeFolder, folderArgument } from "../folders";
import type { Server } from "../server/server";
import { standingWords } from "../wording";
import { t } from "../l10n";

/** How often the time that is left is shown anew. */
const TICK_MS = 10_000;
/** Enter presses the first one, which costs nothing. */
const ACTIONS: readonly [title: string, command: string][] = [
  [t("Report"), "foreword.report"],
  [t("Limits"), "foreword.limits"],
  [t("Warm the Prefix"), "foreword.warmUp"],
];

export function showStanding(server: Server): vscode.Disposable {
  const item = vscode.window.createStatusBarItem("foreword.standing", vscode.StatusBarAlignment.Right, 90);
  item.name = "Foreword";
  item.command = "foreword.standing";
  const update = (): void => {
    const { text, tooltip } = standingWords(server.phase, server.status(activeFolder()), Date.now() / 1000);
    item.text = text;
    item.tooltip = tooltip;
    item.accessibilityInformation = { label: `Foreword: ${text.replace(/\$\([^)]*\) ?/g, "")}`, role: "button" };
    item.backgroundColor =
      server.phase === "failed" ? new vscode.ThemeColor("statusBarItem.warningBackground") : undefined;
  };
  update();
  item.show();
  const timer = setInterval(update, TICK_MS);
  const stop = new vscode.Disposable(() => clearInterval(timer));
  return vscode.Disposable.from(item, stop, server.onStatus(update), server.onPhase(update), vscode.window.onDidChangeActiveTextEditor(update));
}

/** Explains the last request in three lines, and offers what can be done. */
export async function explainStanding(server: Server): Promise<void> {
  if (server.phase === "failed") {
    server.output.show();
    return;
  }
  const why = await server.execute<Why>("foreword.why", await folderArgument(t("About which folder?")));
  const detail = why.lines.map(sentence).join("\n\n");
  const chosen = await vscode.window.showInformationMessage(
    t("Foreword: the last request"),
    { modal: true, detail },
    ...ACTIONS.map(([title]) => title),
  );
  const command = ACTIONS.find(([title]) => title === chosen)?.[1];
  if (command) await vscode.commands.executeCommand(command);
}

function sentence(line: string): string {
  const whole = line.charAt(0).toUpperCase() + line.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}
