// Proposals in the diff editor: on the left a file as it is now, on the right what the undecided hunks would make of it.
// A hunk that is accepted or rejected leaves the diff, and a file without undecided hunks is closed.
//
// What an edit is, where it fits and what is decided is the server's business; accepting is its `foreword.edit`, one step
// of undo.

import * as vscode from "vscode";
import type { Outcome } from "../chat/protocol";
import type { ProposalResult, Proposals } from "../protocol";
import type { Server } from "../server/server";
import { tell } from "../tasks/prompting";
import { count } from "../wording";
import { applyEdits, editsOf, hasParts, partOf, pendingFiles, type PendingFile } from "./hunks";
import { lensesOf } from "./lenses";
import { Proposal, SCHEME, type Side } from "./proposal";
import { t } from "../l10n";

const OUTCOMES: Readonly<Record<Outcome, string>> = {
  pending: t("undecided"),
  applied: t("applied"),
  rejected: t("rejected"),
  "partly applied": t("applied in part"),
};

export class Review implements vscode.TextDocumentContentProvider, vscode.CodeLensProvider, vscode.Disposable {
  private readonly proposals = new Map<string, Proposal>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly moved = new vscode.EventEmitter<void>();
  private readonly decided = new vscode.EventEmitter<ProposalResult>();
  readonly onDidChange = this.changed.event;
  readonly onDidChangeCodeLenses = this.moved.event;
  /** Something of a proposal was accepted or rejected. */
  readonly onDecision = this.decided.event;
  private readonly registered: vscode.Disposable;

  constructor(private readonly server: Server) {
    this.registered = vscode.Disposable.from(
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.languages.registerCodeLensProvider({ scheme: SCHEME }, this),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.follow(document)),
    );
  }

  dispose(): void {
    this.registered.dispose();
    this.changed.dispose();
    this.moved.dispose();
    this.decided.dispose();
  }

  /** Shows what a proposal would change, file after file; `given` spares a question to the server. */
  async open(proposalId: string, given?: ProposalResult): Promise<void> {
    const result = given ?? (await this.server.execute<ProposalResult>("foreword.edit", { proposalId, apply: false }));
    const proposal = new Proposal(proposalId);
    this.proposals.set(proposalId, proposal);
    for (const file of pendingFiles(result)) {
      proposal.sides.set(file.path, { file, uri: await placeOf(file), text: "", fitting: [], lines: [] });
    }
    if (proposal.isSettled) {
      void vscode.window.showInformationMessage(t("Foreword: this proposal is {0}: there is nothing left to decide", OUTCOMES[result.outcome]));
      return;
    }
    await proposal.inTurn(async () => {
      await this.place(proposal, result);
      await this.showNext(proposal);
    });
  }

  /** Lists the proposals that are not decided, and opens the one that is chosen. */
  async choose(where: { workspace?: string }): Promise<void> {
    const { proposals } = await this.server.execute<Proposals>("foreword.proposals", where);
    if (proposals.length === 0) {
      void vscode.window.showInformationMessage(t("Foreword: every proposal is applied or rejected"));
      return;
    }
    const items = proposals.map(({ proposalId, title, at, files }) => ({
      label: title || t("Proposal"),
      description: new Date(at * 1000).toLocaleString(),
      detail: files.map(({ path, hunks }) => `${path} (${count(hunks)})`).join(", "),
      proposalId,
    }));
    const chosen = await vscode.window.showQuickPick(items, { title: t("Proposals that are not decided"), matchOnDetail: true });
    if (chosen) await this.open(chosen.proposalId);
  }

  /** Accepts or rejects the hunks with these numbers; without numbers, all that is undecided in the file or the proposal. */
  async settle(proposalId: string, accept: boolean, path?: string, numbers?: readonly number[]): Promise<void> {
    const proposal = this.proposals.get(proposalId);
    if (!proposal) return;
    await proposal.inTurn(() => this.settleNow(proposal, accept, proposal.part(path, numbers)));
    await this.catchUp(proposal);
  }

  /** The same for the hunk at the cursor of the active diff. */
  async settleHere(accept: boolean, everything: boolean): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    const found = editor && this.sideOf(editor.document.uri);
    if (!found) return;
    const { proposal, side } = found;
    if (everything) return this.settle(proposal.id, accept);
    if (!hasParts(side.file.kind)) return this.settle(proposal.id, accept, side.file.path);
    const line = editor.selection.active.line;
    const above = side.lines.filter((start) => start <= line).length;
    const number = side.fitting[Math.max(0, above - 1)];
    if (number !== undefined) await this.settle(proposal.id, accept, side.file.path, [number]);
  }

  /** Tells that something of a proposal was decided elsewhere. */
  announce(result: ProposalResult): void {
    this.decided.fire(result);
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.sideOf(uri)?.side.text ?? "";
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const found = this.sideOf(document.uri);
    return found ? lensesOf(found.proposal.id, found.side) : [];
  }

  private async settleNow(proposal: Proposal, accept: boolean, part: PendingFile[]): Promise<void> {
    const argument = { ...partOf(proposal.id, part), ...(accept ? {} : { reject: true }) };
    const result = await this.server.execute<ProposalResult>("foreword.edit", argument);
    // What did not fit was told by the server, with its diff.
    if (accept && !result.applied && result.workspaceEdit) tell(new Error(t("the editor did not take the change: try again")));
    const before = countHunks(proposal.files);
    const left = new Map(pendingFilesNow(result, proposal).map((file) => [file.path, file]));
    const done = proposal.files.filter(({ path }) => !left.has(path));
    for (const { path } of done) await this.close(proposal, path);
    for (const [path, file] of left) {
      const side = proposal.sides.get(path);
      if (side) proposal.sides.set(path, { ...side, file, uri: await placeOf(file) });
    }
    proposal.tally[accept ? "accepted" : "rejected"] += before - countHunks(proposal.files);
    this.decided.fire(result);
    await this.place(proposal);
    if (done.length > 0) await this.showNext(proposal);
  }

  /** Computes the right sides anew, for the text of now. */
  private async place(proposal: Proposal, given?: ProposalResult): Promise<void> {
    proposal.isStale = false;
    if (proposal.isSettled) return;
    const look = { ...partOf(proposal.id, proposal.files), apply: false };
    const { workspaceEdit, fitting } = given ?? (await this.server.execute<ProposalResult>("foreword.edit", look));
    for (const side of proposal.sides.values()) {
      const before = side.file.kind === "create" ? "" : await textOf(side.uri);
      const { text, lines } = applyEdits(before, editsOf(workspaceEdit, side.uri.toString(), uriKey));
      side.text = side.file.kind === "delete" ? "" : text;
      side.fitting = fitting[side.file.path] ?? [];
      side.lines = lines;
      this.changed.fire(proposal.addressOf(side));
    }
    this.moved.fire();
  }

  private async showNext(proposal: Proposal): Promise<void> {
    const [side] = proposal.sides.values();
    if (!side) {
      this.proposals.delete(proposal.id);
      const { accepted, rejected } = proposal.tally;
      vscode.window.setStatusBarMessage(t("Foreword: {0} accepted, {1} rejected", accepted, rejected), 6_000);
      return;
    }
    const nothing = vscode.Uri.from({ scheme: SCHEME, path: "/nothing" });
    const left = side.file.kind === "create" ? nothing : side.uri;
    const more = proposal.sides.size > 1 ? t(", {0} files to review", proposal.sides.size) : "";
    const title = t("{0} (proposal{1})", side.file.path, more);
    await vscode.commands.executeCommand("vscode.diff", left, proposal.addressOf(side), title, { preview: false });
  }

  private async close(proposal: Proposal, path: string): Promise<void> {
    const side = proposal.sides.get(path);
    proposal.sides.delete(path);
    if (!side) return;
    const address = proposal.addressOf(side).toString();
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    const shown = tabs.filter(
      ({ input }) => input instanceof vscode.TabInputTextDiff && input.modified.toString() === address,
    );
    await vscode.window.tabGroups.close(shown);
  }

  /** The user types in a file under review: its hunks move. */
  private follow(document: vscode.TextDocument): void {
    const uri = document.uri.toString();
    for (const proposal of this.proposals.values()) {
      const isTouched = [...proposal.sides.values()].some((side) => side.uri.toString() === uri);
      if (!isTouched) continue;
      proposal.isStale = true;
      if (!proposal.isBusy) this.catchUp(proposal).catch(tell);
    }
  }

  private async catchUp(proposal: Proposal): Promise<void> {
    while (proposal.isStale) await proposal.inTurn(() => this.place(proposal));
  }

  private sideOf(uri: vscode.Uri): { proposal: Proposal; side: Side } | undefined {
    const proposal = uri.scheme === SCHEME ? this.proposals.get(uri.query) : undefined;
    const side = proposal?.sides.get(uri.fragment);
    return proposal && side ? { proposal, side } : undefined;
  }
}

/** The undecided files after a decision; a result tells the files of its own part alone. */
function pendingFilesNow({ pending }: ProposalResult, proposal: Proposal): PendingFile[] {
  return proposal.files.flatMap((file) => {
    const hunks = pending[file.path] ?? [];
    return hunks.length > 0 ? [{ ...file, hunks }] : [];
  });
}

function countHunks(files: readonly PendingFile[]): number {
  return files.reduce((sum, { hunks }) => sum + hunks.length, 0);
}

/** Where the file is now: one that gets another path may be there already, after a part of it was accepted. */
async function placeOf({ uri, sourceUri }: PendingFile): Promise<vscode.Uri> {
  if (sourceUri === undefined) return vscode.Uri.parse(uri, true);
  const source = vscode.Uri.parse(sourceUri, true);
  return Promise.resolve(vscode.workspace.fs.stat(source)).then(
    () => source,
    () => vscode.Uri.parse(uri, true),
  );
}

function uriKey(uri: string): string {
  return vscode.Uri.parse(uri, true).toString();
}

async function textOf(uri: vscode.Uri): Promise<string> {
  return (await vscode.workspace.openTextDocument(uri)).getText();
}
