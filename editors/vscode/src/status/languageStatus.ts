// The server's state in the language status of every file that it may be asked about.

import * as vscode from "vscode";
import type { Server } from "../server/server";

export function showLanguageStatus(server: Server): vscode.Disposable {
  const item = vscode.languages.createLanguageStatusItem("foreword.server", { scheme: "file" });
  item.name = "Foreword";
  const update = (): void => {
    item.busy = server.phase === "starting";
    item.severity =
      server.phase === "failed" ? vscode.LanguageStatusSeverity.Error : vscode.LanguageStatusSeverity.Information;
    item.text = `Foreword: ${server.phase}`;
    item.detail = server.phase === "failed" ? server.failure : (server.status()?.model ?? "");
    item.command =
      server.phase === "failed"
        ? { title: "Output", command: "foreword.showOutput" }
        : { title: "Restart", command: "foreword.restart" };
  };
  update();
  return vscode.Disposable.from(item, server.onPhase(update), server.onStatus(update));
}
