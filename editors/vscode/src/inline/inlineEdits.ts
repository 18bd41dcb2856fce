// Edits that are asked for, written and decided in the file itself: an input at the selection, the lines as the model
// writes them, and each change to be accepted or rejected where it would go.
//
// A proposal for more than this file goes to the review of diffs, as does one whose text was closed meanwhile.

import * as vscode from "vscode";
import { partOf, editsOf, pendingFiles, type PendingFile } from "../review/hunks";
import type { Review } from "../review/review";
import type { ProposalResult } from "../protocol";
import type { Server } from "../server/server";
import { tell } from "../tasks/prompting";
import { Drafts, type Draft } from "./drafts";
import { lineChange, type LineChange } from "./lineChange";
import { Marks, become, listen, plain, say, type Input } from "./marks";
import { isOurs, pointer, wholeLines } from "./place";
import { t } from "../l10n";

const HAS_INLINE = "foreword.hasInline";

/** A piece of what the model writes, as the server tells it. */
type Piece = { kind: "text"; text: string } | Draft;

/** With what the model says, as the proposal may be empty. */
type Result = ProposalResult & { text?: string };

interface Hunk {
  number: number;
  change: LineChange;
  thread: vscode.CommentThread;
}

/** A proposal that is shown in a document. */
interface Shown {
  id: string;
  file: PendingFile;
  document: vscode.TextDocument;
  hunks: Hunk[];
}

let lastToken = 0;

export class InlineEdits implements vscode.CodeLensProvider, vscode.Disposable {
  /** Made with the first input: a window where none is opened has nothing of it. */
  private made: Marks | undefined;
  /** By the URI of the document. */
  private readonly shown = new Map<string, Shown>();
  private readonly running = new Map<vscode.CommentThread, vscode.CancellationTokenSource>();
  private readonly moved = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.moved.event;
  private registered: vscode.Disposable | undefined;
  private last: Promise<unknown> = Promise.resolve();
  /** The input that was opened last. */
  private asking: vscode.CommentThread | undefined;

  constructor(
    private readonly server: Server,
    private readonly review: Review,
  ) {}

  dispose(): void {
    for (const source of this.running.values()) source.cancel();
    this.registered?.dispose();
    this.made?.dispose();
    this.moved.dispose();
  }

  /** Opens the input at the selection. */
  ask(): void {
    const editor = vscode.window.activeTextEditor;
    if (!editor || !isOurs(editor.document)) throw new Error(t("no file of the workspace is open: open the one to change"));
    const { document, selection } = editor;
    const range = wholeLines(selection);
    const [first, last] = [range.start.line + 1, range.end.line + 1];
    const label = first === last ? t("Edit line {0}", first) : t("Edit lines {0} to {1}", first, last);
    // An input of which nobody has made anything.
    if (this.asking && !this.running.has(this.asking)) this.drop(this.asking);
    this.asking = this.marks.input(document.uri, range, label);
  }

  /** Sends the words of an input; what the model writes is seen as it comes. */
  async propose({ thread, body }: Input): Promise<void> {
    const instruction = (typeof body === "string" ? body : body.value).trim();
    const { range } = thread;
    if (instruction === "" || !range || this.running.has(thread)) return;
    const document = await vscode.workspace.openTextDocument(thread.uri);
    const source = new vscode.CancellationTokenSource();
    this.running.set(thread, source);
    thread.label = instruction;
    become(thread, "running");
    say(thread, plain(t("Working on it …")));
    try {
      const path = [pointer(document, range)];
      const argument = { instruction, workspace: document.uri.toString(), path, apply: false };
      const result = await this.written(thread, document, argument, source.token);
      await this.ended(thread, document, result);
    } catch (error) {
      if (source.token.isCancellationRequested) return this.drop(thread);
      // The words are not lost, and can be sent again.
      listen(thread, instruction, plain(error instanceof Error ? error.message : String(error)));
    } finally {
      this.running.delete(thread);
      source.dispose();
    }
  }

  /** Closes an input, or stops what it asked for; without one, the newest. */
  close(given?: vscode.CommentThread | Input): void {
    const thread = (given && "thread" in given ? given.thread : given) ?? this.asking;
    const source = thread && this.running.get(thread);
    if (source) source.cancel();
    else if (thread) this.drop(thread);
    void vscode.commands.executeCommand("workbench.action.focusActiveEditorGroup");
  }

  /** Accepts or rejects the change that a thread shows. */
  async settleThread(thread: vscode.CommentThread, accept: boolean): Promise<void> {
    for (const shown of this.shown.values()) {
      const hunk = shown.hunks.find((one) => one.thread === thread);
      if (hunk) return this.settle(shown.document.uri.toString(), accept, [hunk.number]);
    }
  }

  /** The same for the change nearest to the cursor, or for all; whether the active document has any. */
  settleHere(accept: boolean, everything: boolean): Promise<void> | undefined {
    const editor = vscode.window.activeTextEditor;
    const shown = editor && this.shown.get(editor.document.uri.toString());
    if (!shown) return undefined;
    const line = editor.selection.active.line;
    const distance = ({ change }: Hunk): number => Math.abs(change.first - line);
    const [nearest] = [...shown.hunks].sort((one, other) => distance(one) - distance(other));
    return this.settle(shown.document.uri.toString(), accept, everything || !nearest ? undefined : [nearest.number]);
  }

  async settle(uri: string, accept: boolean, numbers?: readonly number[]): Promise<void> {
    await this.inTurn(async () => {
      const shown = this.shown.get(uri);
      if (!shown) return;
      const part = { ...shown.file, hunks: numbers ?? shown.file.hunks };
      const argument = { ...partOf(shown.id, [part]), ...(accept ? {} : { reject: true }) };
      const result = await this.server.execute<ProposalResult>("foreword.edit", argument);
      this.review.announce(result);
      const left = result.pending[shown.file.path] ?? [];
      if (left.length === 0) return this.forget(uri);
      shown.file = { ...shown.file, hunks: left };
      await this.place(shown);
    });
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const uri = document.uri.toString();
    const hunks = this.shown.get(uri)?.hunks ?? [];
    const lens = (line: number, title: string, accept: boolean, numbers?: number[]): vscode.CodeLens =>
      new vscode.CodeLens(new vscode.Range(line, 0, line, 0), { title, command: "foreword.settleInline", arguments: [uri, accept, numbers] });
    return hunks.flatMap(({ number, change }, index) => {
      const line = Math.min(change.first, document.lineCount - 1);
      const one = [lens(line, t("$(check) Accept"), true, [number]), lens(line, t("$(close) Reject"), false, [number])];
      if (index > 0 || hunks.length === 1) return one;
      return [...one, lens(line, t("Accept All {0}", hunks.length), true), lens(line, t("Reject All"), false)];
    });
  }

  /** The editor takes it for a fault when a thread is disposed of twice. */
  private drop(thread: vscode.CommentThread): void {
    if (thread === this.asking) this.asking = undefined;
    thread.dispose();
  }

  private get marks(): Marks {
    this.registered ??= vscode.Disposable.from(
      vscode.languages.registerCodeLensProvider({ scheme: "file" }, this),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.follow(document);
      }),
      vscode.workspace.onDidCloseTextDocument((document) => this.forget(document.uri.toString())),
      vscode.window.onDidChangeVisibleTextEditors(() => this.redraw()),
      vscode.window.onDidChangeActiveTextEditor(() => this.tellContext()),
    );
    return (this.made ??= new Marks());
  }

  /** Asks for the proposal, and shows what is written of it until it is there. */
  private async written(
    thread: vscode.CommentThread,
    document: vscode.TextDocument,
    argument: object,
    token: vscode.CancellationToken,
  ): Promise<Result> {
    const partialResultToken = `foreword-inline-${++lastToken}`;
    const drafts = new Drafts(this.marks, document);
    let words = "";
    const listening = await this.server.onProgress<Piece>(partialResultToken, (piece) => {
      if (piece.kind === "draft") return drafts.show(piece);
      words += piece.text;
      say(thread, new vscode.MarkdownString(words));
    });
    try {
      return await this.server.execute<Result>("foreword.edit", { ...argument, partialResultToken }, token);
    } finally {
      listening.dispose();
      drafts.dispose();
    }
  }

  private async ended(thread: vscode.CommentThread, document: vscode.TextDocument, result: Result): Promise<void> {
    const files = pendingFiles(result);
    const [file] = files;
    if (!file || !result.workspaceEdit) {
      const problems = result.problems.map(({ message }) => message);
      const told = [result.text ?? "", ...problems].filter(Boolean).join("\n\n");
      return listen(thread, thread.label ?? "", new vscode.MarkdownString(told || t("Nothing was proposed.")));
    }
    this.drop(thread);
    const isHere = files.length === 1 && file.kind === "change" && sameUri(file.uri, document.uri) && !document.isClosed;
    if (!isHere) return this.review.open(result.proposalId, result);
    this.forget(document.uri.toString());
    const shown: Shown = { id: result.proposalId, file, document, hunks: [] };
    this.shown.set(document.uri.toString(), shown);
    await this.inTurn(() => this.place(shown));
  }

  /** Shows the hunks that are left where they belong in the text of now. */
  private async place(shown: Shown): Promise<void> {
    const { document, file, id } = shown;
    const version = document.version;
    const { workspaceEdit, fitting } = await this.server.execute<ProposalResult>("foreword.edit", { ...partOf(id, [file]), apply: false });
    if (this.shown.get(document.uri.toString()) !== shown) return;
    if (document.version !== version) return this.place(shown);
    const edits = editsOf(workspaceEdit, document.uri.toString(), (uri) => vscode.Uri.parse(uri, true).toString());
    const text = document.getText();
    this.clear(shown);
    const numbers = fitting[file.path] ?? [];
    shown.hunks = edits.flatMap((edit, index) => {
      const number = numbers[index];
      if (number === undefined) return [];
      const change = lineChange(text, edit);
      const label = t("Change {0} of {1}", index + 1, edits.length);
      return [{ number, change, thread: this.marks.below(document.uri, change, document.languageId, "hunk", label) }];
    });
    if (shown.hunks.length === 0) {
      this.forget(document.uri.toString());
      void vscode.window.showInformationMessage(t("Foreword: the changes do not fit the text of now; they are kept among the proposals"));
    }
    this.redraw();
  }

  /** The user types in a document: what is proposed moves with it. */
  private follow(document: vscode.TextDocument): void {
    const shown = this.shown.get(document.uri.toString());
    if (!shown) return;
    this.inTurn(async () => {
      if (this.shown.get(document.uri.toString()) === shown) await this.place(shown);
    }).catch(tell);
  }

  /** Shows nothing more of a proposal in its document; what is undecided stays among the proposals. */
  private forget(uri: string): void {
    const shown = this.shown.get(uri);
    if (!shown) return;
    this.shown.delete(uri);
    this.clear(shown);
    this.redraw();
  }

  private clear(shown: Shown): void {
    for (const { thread } of shown.hunks) thread.dispose();
    shown.hunks = [];
    this.marks.draw(shown.document.uri, []);
  }

  private redraw(): void {
    for (const { document, hunks } of this.shown.values()) this.marks.draw(document.uri, hunks.map(({ change }) => change));
    this.moved.fire();
    this.tellContext();
  }

  private tellContext(): void {
    const uri = vscode.window.activeTextEditor?.document.uri.toString() ?? "";
    void vscode.commands.executeCommand("setContext", HAS_INLINE, this.shown.has(uri));
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.last.then(work);
    this.last = done.catch(() => undefined);
    return done;
  }
}

function sameUri(written: string, uri: vscode.Uri): boolean {
  return vscode.Uri.parse(written, true).toString() === uri.toString();
}
