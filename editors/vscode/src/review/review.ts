// Proposals in the diff editor: on the left a file as it is now, on the right what the pending hunks would make of it.
// A hunk that is accepted or rejected leaves the diff, and a file without pending hunks is closed.
//
// What an edit is and where it fits is the server's business; accepting is its `foreword.edit`, one step of undo.

import * as vscode from "vscode";
import { applyEdits, documentsOf, editsOf, hasParts, partOf, pendingFiles, without, type PendingFile } from "./hunks";
import { tell } from "../tasks/prompting";
import type { ProposalResult, WireEdit } from "../protocol";
import type { Server } from "../server/server";

export const SCHEME = "foreword-review";

/** One file under review: `uri` is the file's own; on the right, the hunk `fitting[i]` begins at `lines[i]`. */
interface Side {
  file: PendingFile;
  uri: vscode.Uri;
  text: string;
  fitting: readonly number[];
  lines: readonly number[];
}

interface Tally {
  accepted: number;
  rejected: number;
}

/** One proposal under review. */
class Proposal {
  readonly sides = new Map<string, Side>();
  readonly tally: Tally = { accepted: 0, rejected: 0 };
  /** Whether a file has changed since the right sides were computed. */
  isStale = false;
  private underWay = 0;
  private last: Promise<unknown> = Promise.resolve();

  constructor(readonly id: string) {}

  /** One after the other: what is accepted must have left before the rest is laid anew. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.underWay += 1;
    const done = this.last.then(work).finally(() => (this.underWay -= 1));
    this.last = done.catch(() => undefined);
    return done;
  }

  get isBusy(): boolean {
    return this.underWay > 0;
  }

  get files(): PendingFile[] {
    return [...this.sides.values()].map(({ file }) => file);
  }

  get isSettled(): boolean {
    return this.sides.size === 0;
  }
}

export class Review implements vscode.TextDocumentContentProvider, vscode.CodeLensProvider, vscode.Disposable {
  private readonly proposals = new Map<string, Proposal>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly moved = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  readonly onDidChangeCodeLenses = this.moved.event;
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
  }

  /** Shows what a proposal would change, file after file; `given` spares a question to the server. */
  async open(proposalId: string, given?: ProposalResult): Promise<void> {
    const result = given ?? (await this.server.execute<ProposalResult>("foreword.edit", { proposalId, apply: false }));
    const proposal = new Proposal(proposalId);
    this.proposals.set(proposalId, proposal);
    const uris = documentsOf(result.workspaceEdit).map((uri) => vscode.Uri.parse(uri));
    for (const file of pendingFiles(result)) {
      const uri = uris.find(({ path }) => path.endsWith(`/${file.path}`)) ?? inWorkspace(file.path);
      if (uri) proposal.sides.set(file.path, { file, uri, text: "", fitting: [], lines: [] });
    }
    await proposal.inTurn(async () => {
      await this.lay(proposal, result);
      await this.showNext(proposal);
    });
  }

  /** Accepts or rejects the hunk with this number; without a number, all that is pending in the proposal. */
  async settle(proposalId: string, accept: boolean, path?: string, number?: number): Promise<void> {
    const proposal = this.proposals.get(proposalId);
    if (!proposal) return;
    await proposal.inTurn(() => this.settleNow(proposal, accept, path, number));
    await this.catchUp(proposal);
  }

  private async settleNow(proposal: Proposal, accept: boolean, path?: string, number?: number): Promise<void> {
    const part = chosen(proposal, path, number);
    if (accept && !(await this.apply(proposal, part))) return;
    for (const { path: name, hunks } of part) {
      const side = proposal.sides.get(name);
      const left = side && hasParts(side.file.kind) ? without(side.file, hunks) : undefined;
      if (side && left) side.file = left;
      else await this.close(proposal, name);
    }
    proposal.tally[accept ? "accepted" : "rejected"] += part.reduce((sum, { hunks }) => sum + Math.max(1, hunks.length), 0);
    await this.lay(proposal);
    if (part.some(({ path: name }) => !proposal.sides.has(name))) await this.showNext(proposal);
  }

  /** The same for the hunk at the cursor of the active diff. */
  async settleHere(accept: boolean, everything: boolean): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    const found = editor && this.sideOf(editor.document.uri);
    if (!found) return;
    const { proposal, side } = found;
    if (everything) return this.settle(proposal.id, accept);
    const line = editor.selection.active.line;
    const above = side.lines.filter((start) => start <= line).length;
    const number = side.fitting[Math.max(0, above - 1)];
    return this.settle(proposal.id, accept, side.file.path, number);
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.sideOf(uri)?.side.text ?? "";
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const found = this.sideOf(document.uri);
    if (!found) return [];
    const { proposal, side } = found;
    if (!hasParts(side.file.kind)) return lenses(0, proposal.id, side.file.path, undefined, WHOLE[side.file.kind]);
    if (side.fitting.length === 0) return misfit(proposal.id, side.file.path);
    return side.fitting.flatMap((number, at) => lenses(side.lines[at] ?? 0, proposal.id, side.file.path, number, ""));
  }

  private async apply(proposal: Proposal, part: PendingFile[]): Promise<boolean> {
    const argument = partOf(proposal.id, part);
    const result = await this.server.execute<ProposalResult>("foreword.edit", argument);
    // What did not fit was told by the server, with its diff: it is settled as well, since it can't be accepted any more.
    if (!result.applied && result.workspaceEdit) tell(new Error("the editor did not take the change: try again"));
    return result.applied || !result.workspaceEdit;
  }

  /** Computes the right sides anew, for the text of now. */
  private async lay(proposal: Proposal, given?: ProposalResult): Promise<void> {
    proposal.isStale = false;
    if (proposal.isSettled) return;
    const { workspaceEdit } = given ?? (await this.look(proposal, proposal.files));
    for (const side of proposal.sides.values()) {
      side.fitting = await this.fitting(proposal, side, workspaceEdit);
      const isWhole = side.fitting.length === side.file.hunks.length;
      const file = { ...side.file, hunks: side.fitting };
      const edit = isWhole || side.fitting.length === 0 ? workspaceEdit : (await this.look(proposal, [file])).workspaceEdit;
      const before = side.file.kind === "create" ? "" : await textOf(side.uri);
      const { text, lines } = applyEdits(before, editsOf(edit, side.uri.toString()));
      side.text = side.file.kind === "delete" ? "" : text;
      side.lines = lines;
      this.changed.fire(addressOf(proposal, side));
    }
    this.moved.fire();
  }

  /** The pending hunks that fit the text of now; which ones do not is only known by asking for each. */
  private async fitting(proposal: Proposal, side: Side, edit: WireEdit | undefined): Promise<readonly number[]> {
    const { hunks } = side.file;
    const uri = side.uri.toString();
    if (!hasParts(side.file.kind) || editsOf(edit, uri).length === hunks.length) return hunks;
    const found = hunks.map(async (number) => {
      const alone = await this.look(proposal, [{ ...side.file, hunks: [number] }]);
      return editsOf(alone.workspaceEdit, uri).length > 0 ? [number] : [];
    });
    return (await Promise.all(found)).flat();
  }

  private look(proposal: Proposal, files: readonly PendingFile[]): Promise<ProposalResult> {
    return this.server.execute<ProposalResult>("foreword.edit", { ...partOf(proposal.id, files), apply: false });
  }

  private async showNext(proposal: Proposal): Promise<void> {
    const [side] = proposal.sides.values();
    if (!side) {
      this.proposals.delete(proposal.id);
      const { accepted, rejected } = proposal.tally;
      vscode.window.setStatusBarMessage(`Foreword: ${accepted} accepted, ${rejected} rejected`, 6_000);
      return;
    }
    const nothing = vscode.Uri.from({ scheme: SCHEME, path: "/nothing" });
    const left = side.file.kind === "create" ? nothing : side.uri;
    const more = proposal.sides.size > 1 ? `, ${proposal.sides.size} files to review` : "";
    const title = `${side.file.path} (proposal${more})`;
    await vscode.commands.executeCommand("vscode.diff", left, addressOf(proposal, side), title, { preview: false });
  }

  private async close(proposal: Proposal, path: string): Promise<void> {
    const side = proposal.sides.get(path);
    proposal.sides.delete(path);
    if (!side) return;
    const address = addressOf(proposal, side).toString();
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
    while (proposal.isStale) await proposal.inTurn(() => this.lay(proposal));
  }

  private sideOf(uri: vscode.Uri): { proposal: Proposal; side: Side } | undefined {
    const proposal = uri.scheme === SCHEME ? this.proposals.get(uri.query) : undefined;
    const side = proposal?.sides.get(uri.fragment);
    return proposal && side ? { proposal, side } : undefined;
  }
}

const WHOLE: Readonly<Record<PendingFile["kind"], string>> = {
  change: " All of It",
  create: " the New File",
  delete: " the Deletion",
  rename: " the Renaming",
};

function lenses(line: number, id: string, path: string, number: number | undefined, what: string): vscode.CodeLens[] {
  const range = new vscode.Range(line, 0, line, 0);
  const settle = (accept: boolean): vscode.Command => ({
    title: accept ? `$(check) Accept${what}` : `$(close) Reject${what}`,
    command: accept ? "foreword.acceptHunk" : "foreword.rejectHunk",
    arguments: [id, path, number],
  });
  return [new vscode.CodeLens(range, settle(true)), new vscode.CodeLens(range, settle(false))];
}

/** Nothing of the file's part fits its text any more, as long as that stays as it is. */
function misfit(id: string, path: string): vscode.CodeLens[] {
  const title = "$(close) Nothing of This Fits the File Any More: Reject";
  return [new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), { title, command: "foreword.rejectHunk", arguments: [id, path] })];
}

/** The path has the file's name, so that the editor knows its language; the rest tells which side it is. */
function addressOf(proposal: Proposal, side: Side): vscode.Uri {
  return vscode.Uri.from({ scheme: SCHEME, path: side.uri.path, query: proposal.id, fragment: side.file.path });
}

function chosen(proposal: Proposal, path?: string, number?: number): PendingFile[] {
  const files = proposal.files.filter((file) => path === undefined || file.path === path);
  return number === undefined ? files : files.map((file) => ({ ...file, hunks: [number] }));
}

async function textOf(uri: vscode.Uri): Promise<string> {
  return (await vscode.workspace.openTextDocument(uri)).getText();
}

function inWorkspace(path: string): vscode.Uri | undefined {
  const folder = vscode.workspace.workspaceFolders?.[0];
  return folder && vscode.Uri.joinPath(folder.uri, path);
}
