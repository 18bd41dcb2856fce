// The panel with the report on use and prefix.

import * as vscode from "vscode";
import { folderArgument } from "../folders";
import type { Server } from "../server/server";
import { reportPage } from "./reportPage";
import { t } from "../l10n";

export class Report implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private html = "";
  private readonly themes = vscode.window.onDidChangeActiveColorTheme(() => this.draw());

  constructor(private readonly server: Server) {}

  dispose(): void {
    this.themes.dispose();
    this.panel?.dispose();
  }

  /** Shows the report as of now, in the one panel that there is for it. */
  async show(): Promise<void> {
    const where = await folderArgument(t("A report on which folder?"));
    const { html } = await this.server.execute<{ html: string }>("foreword.usage", { html: true, ...where });
    this.html = html;
    this.panel ??= this.open();
    this.draw();
    this.panel.reveal();
  }

  private open(): vscode.WebviewPanel {
    const options = { enableScripts: false, localResourceRoots: [], enableFindWidget: true };
    const panel = vscode.window.createWebviewPanel("foreword.report", t("Foreword: Report"), vscode.ViewColumn.Active, options);
    panel.onDidDispose(() => (this.panel = undefined));
    return panel;
  }

  private draw(): void {
    if (!this.panel) return;
    const { kind } = vscode.window.activeColorTheme;
    const isDark = kind === vscode.ColorThemeKind.Dark || kind === vscode.ColorThemeKind.HighContrast;
    this.panel.webview.html = reportPage(this.html, { isDark, source: this.panel.webview.cspSource });
  }
}
