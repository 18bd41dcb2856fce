// Where everything begins: what there is, and what it is given.
//
// Activation makes the parts and starts nothing: the server starts when a file of a workspace is open that it may be
// asked about, when a view of it is seen, or when a command needs it.

import "./editorLanguage";
import * as vscode from "vscode";
import { registerChat } from "./chat/register";
import { choiceNow, clientOptions, OWN_METHODS, serverOptions } from "./server/client";
import { registerCommands } from "./commands";
import { InlineEdits } from "./inline/inlineEdits";
import { keyEnvironment } from "./server/apiKey";
import { ContextView } from "./context/contextView";
import { surroundings } from "./server/environment";
import { findLaunch } from "./server/launch";
import { showLanguageStatus } from "./status/languageStatus";
import { Report } from "./status/report";
import { Review } from "./review/review";
import { Server, type ServerQuestion } from "./server/server";
import { serverKeys, type Declared } from "./server/settings";
import { showStanding } from "./status/statusBar";
import { t } from "./l10n";

const HOW_TO_START = ["foreword.serverPath", "foreword.python", "foreword.tcp", "foreword.tcpTokenFile"];

export function activate(context: vscode.ExtensionContext): void {
  const output = vscode.window.createOutputChannel("Foreword", { log: true });
  const declared = settingsOf(context);
  const steps = new vscode.EventEmitter<string>();
  const around = surroundings(context, output, (step) => steps.fire(t("Setting up the server: {0}", step)));
  const launch = async () => {
    const found = await findLaunch(choiceNow(), around);
    output.info(found.kind === "tcp" ? `server at ${found.host}:${found.port}` : `${found.command} (${found.why})`);
    return serverOptions(found, await keyEnvironment(context.secrets));
  };
  const answer = (question: ServerQuestion): Promise<string | undefined> => chat.answer(question);
  const server = new Server(launch, () => clientOptions(declared, output), [OWN_METHODS], answer, output);
  const review = new Review(server);
  const inline = new InlineEdits(server, review);
  const view = new ContextView(server);
  const report = new Report(server);
  const chat = registerChat(context, server, review, steps.event);
  context.subscriptions.push(
    output,
    steps,
    server,
    review,
    inline,
    view,
    report,
    showStanding(server),
    showLanguageStatus(server),
    ...registerCommands({ server, review, inline, context: view, report, secrets: context.secrets }),
    ...chat.registered,
    ...restartWhenNeeded(server, declared),
    server.onPhase(() => sayFailure(server)),
    server.onEnd(sayEnd),
    ...startForFiles(server, languagesOf(context)),
  );
}

/** Starts the server when a file of a workspace is open in one of its languages; a failure is told by `sayFailure`. */
function startForFiles(server: Server, languages: ReadonlySet<string>): vscode.Disposable[] {
  const look = ({ uri, languageId }: vscode.TextDocument): void => {
    const isOurs = uri.scheme === "file" && vscode.workspace.getWorkspaceFolder(uri) && languages.has(languageId);
    if (isOurs && server.phase === "stopped") server.ready().catch(() => undefined);
  };
  vscode.workspace.textDocuments.forEach(look);
  return [vscode.workspace.onDidOpenTextDocument(look)];
}

/** The editor opens JSON files of its own when it starts, so that being activated says nothing about files. */
function languagesOf(context: vscode.ExtensionContext): ReadonlySet<string> {
  const { activationEvents } = context.extension.packageJSON as { activationEvents: string[] };
  return new Set(activationEvents.map((event) => event.replace("onLanguage:", "")));
}

/** What a running server can't be told: how it is run, who trusts the workspace, and the user's own settings. */
function restartWhenNeeded(server: Server, declared: Declared): vscode.Disposable[] {
  const keys = [...HOW_TO_START, ...serverKeys(declared).user.map((key) => `foreword.${key}`)];
  const restart = (): void => {
    if (server.phase !== "stopped") server.restart().catch(() => undefined);
  };
  return [
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (keys.some((key) => event.affectsConfiguration(key))) restart();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(restart),
  ];
}

/** Said once, however often it ends: what was under way must be asked again, all else is as it was. */
function sayEnd(): void {
  const words = t("Foreword: its server ended and was started again. Chats and proposals are kept; ask again what was under way.");
  void vscode.window.showWarningMessage(words);
}

async function sayFailure(server: Server): Promise<void> {
  if (server.phase !== "failed") return;
  const [again, output, settings] = [t("Try Again"), t("Output"), t("Settings")];
  const chosen = await vscode.window.showErrorMessage(`Foreword: ${server.failure}`, again, output, settings);
  if (chosen === again) await server.restart().catch(() => undefined);
  if (chosen === output) server.output.show();
  if (chosen === settings) await vscode.commands.executeCommand("foreword.limits");
}

function settingsOf(context: vscode.ExtensionContext): Declared {
  const manifest = context.extension.packageJSON as { contributes: { configuration: { properties: Declared } } };
  return manifest.contributes.configuration.properties;
}
