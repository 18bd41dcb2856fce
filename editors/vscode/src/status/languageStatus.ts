// The server's state in the language status of every file that it may be asked about.

import * as vscode from "vscode";
import type { Phase, Server } from "../server/server";
import { t } from "../l10n";

const PHASES: Readonly<Record<Phase, string>> = {
  stopped: t("stopped"),
  starting: t("starting"),
  running: t("running"),
  failed: t("failed"),
};

export function showLanguageStatus(server: Server): vscode.Disposable {
  const item = vscode.languages.createLanguageStatusItem("foreword.server", { scheme: "file" });
  item.name = "Foreword";
  const update = (): void => {
    item.busy = server.phase === "starting";
    item.severity =
      server.phase === "failed" ? vscode.LanguageStatusSeverity.Error : vscode.LanguageStatusSeverity.Information;
    item.text = `Foreword: ${PHASES[server.phase]}`;
    item.detail = server.phase === "failed" ? server.failure : (server.status()?.model ?? "");
    item.command =
      server.phase === "failed"
        ? { title: t("Output"), command: "foreword.showOutput" }
        : { title: t("Restart"), command: "foreword.restart" };
  };
  update();
  return vscode.Disposable.from(item, server.onPhase(update), server.onStatus(update));
}
