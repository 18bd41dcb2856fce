// The commands of this client; those of the server are registered by the language client.

import * as vscode from "vscode";
import type { ContextView } from "./context/contextView";
import { folderArgument } from "./folders";
import type { InlineEdits } from "./inline/inlineEdits";
import type { Input } from "./inline/marks";
import { writeCommitMessage } from "./tasks/commitMessage";
import { instruct } from "./tasks/instruct";
import { changePin, type Target } from "./context/pins";
import { setApiKey } from "./server/apiKey";
import { tell } from "./tasks/prompting";
import { proposeTask } from "./tasks/propose";
import type { Task } from "./tasks/task";
import type { Report } from "./status/report";
import type { Review } from "./review/review";
import type { Server } from "./server/server";
import { explainStanding } from "./status/statusBar";
import { dollars } from "./wording";
import { t } from "./l10n";

export interface Parts {
  server: Server;
  review: Review;
  inline: InlineEdits;
  context: ContextView;
  report: Report;
  secrets: vscode.SecretStorage;
}

export function registerCommands({ server, review, inline, context, report, secrets }: Parts): vscode.Disposable[] {
  const commands: Record<string, (...args: never[]) => unknown> = {
    // A menu gives the file that it belongs to.
    instruct: (given?: unknown) => instruct(server, review, typeof given === "string" ? given : undefined),
    explainThis: () => takeAction("source.foreword.explain"),
    reviewThis: () => takeAction("source.foreword.review"),
    standing: () => explainStanding(server),
    warmUp: () => warm(server),
    setApiKey: async () => {
      if (await setApiKey(secrets)) await server.restart();
    },
    limits: () => vscode.commands.executeCommand("workbench.action.openSettings", "@ext:foreword.foreword"),
    report: () => report.show(),
    refreshContext: () => context.refresh(),
    pin: (target?: Target) => changePin(server, context, "pin", target),
    unpin: (target?: Target) => changePin(server, context, "unpin", target),
    restart: () => server.restart(),
    showOutput: () => server.output.show(),
    review: ({ proposalId }: { proposalId: string }) => review.open(proposalId),
    proposeTask: (title: string, task: Task) => proposeTask(server, review, title, task),
    writeCommitMessage: (source?: vscode.SourceControl) => writeCommitMessage(server, source),
    showProposals: async () => review.choose(await folderArgument(t("Proposals for which folder?"))),
    acceptHunk: (...given: Settling) => settle(review, inline, true, ...given),
    rejectHunk: (...given: Settling) => settle(review, inline, false, ...given),
    acceptAll: () => inline.settleHere(true, true) ?? review.settleHere(true, true),
    rejectAll: () => inline.settleHere(false, true) ?? review.settleHere(false, true),
    inlineEdit: () => inline.ask(),
    inlinePropose: (input: Input) => inline.propose(input),
    inlineClose: (given?: vscode.CommentThread | Input) => inline.close(given),
    inlineAccept: (thread: vscode.CommentThread) => inline.settleThread(thread, true),
    inlineReject: (thread: vscode.CommentThread) => inline.settleThread(thread, false),
    settleInline: (uri: string, accept: boolean, numbers?: number[]) => inline.settle(uri, accept, numbers),
  };
  return Object.entries(commands).map(([name, run]) =>
    vscode.commands.registerCommand(`foreword.${name}`, async (...args: never[]) => {
      try {
        return await run(...args);
      } catch (error) {
        // A server that does not start has said why already.
        if (server.phase !== "failed") tell(error);
        return undefined;
      }
    }),
  );
}

/** What a lens is about; nothing from the palette or a key, which mean the change at the cursor. */
type Settling = [id?: string, path?: string, numbers?: readonly number[]];

function settle(review: Review, inline: InlineEdits, accept: boolean, ...[id, path, numbers]: Settling): Promise<void> {
  if (id !== undefined) return review.settle(id, accept, path, numbers);
  return inline.settleHere(accept, false) ?? review.settleHere(accept, false);
}

/** The server's code action of this kind for what the cursor is in; the editor's own menu has such actions one menu deeper. */
async function takeAction(kind: string): Promise<void> {
  await vscode.commands.executeCommand("editor.action.codeAction", { kind, apply: "first" });
}

/** `foreword.warm/1`, as far as it is told here. */
interface Warmed {
  outcome: string;
  reason?: string;
  note?: string;
  cost?: { total?: number };
}

async function warm(server: Server): Promise<void> {
  const location = { location: vscode.ProgressLocation.Window, title: t("Foreword: warming the prefix") };
  const where = await folderArgument(t("Warm the prefix of which folder?"));
  const warmed = await vscode.window.withProgress(location, () => server.execute<Warmed>("foreword.warm", where));
  void vscode.window.showInformationMessage(`Foreword: ${warmedWords(warmed)}`);
}

function warmedWords({ outcome, reason, note, cost }: Warmed): string {
  if (reason) return reason;
  const spent = cost?.total === undefined ? "" : t(", for {0}", dollars(cost.total));
  return `${t("the prefix was {0}", outcome.replaceAll("_", " "))}${spent}${note ? ` (${note})` : ""}.`;
}
