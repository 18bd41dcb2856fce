// How a proposal looks in the file itself: the lines that would go are marked, and below them stands what would come.
//
// Nothing of the text changes. The editor lets an extension put something between two lines by a comment thread alone.

import * as vscode from "vscode";
import { fenced, type LineChange } from "./lineChange";
import { t } from "../l10n";

const AUTHOR = { name: "Foreword" };

/** What can be pressed in the head of a thread depends on these (`package.json`). */
export type ThreadKind = "ask" | "running" | "draft" | "hunk";

export class Marks implements vscode.Disposable {
  private readonly gone = vscode.window.createTextEditorDecorationType({
    backgroundColor: new vscode.ThemeColor("diffEditor.removedLineBackground"),
    overviewRulerColor: new vscode.ThemeColor("editorOverviewRuler.deletedForeground"),
    isWholeLine: true,
  });
  private readonly come = vscode.window.createTextEditorDecorationType({
    borderColor: new vscode.ThemeColor("editorOverviewRuler.addedForeground"),
    borderStyle: "none none solid none",
    borderWidth: "1px",
    overviewRulerColor: new vscode.ThemeColor("editorOverviewRuler.addedForeground"),
    isWholeLine: true,
  });

  private readonly comments = vscode.comments.createCommentController("foreword.inline", "Foreword");

  dispose(): void {
    this.comments.dispose();
    this.gone.dispose();
    this.come.dispose();
  }

  /** Marks the lines of these changes, and no others, in all editors that show the document. */
  draw(uri: vscode.Uri, changes: readonly LineChange[]): void {
    const removed = changes.filter(({ first, last }) => last > first).map(({ first, last }) => lines(first, last - 1));
    const inserted = changes.filter(({ first, last }) => last === first).map(({ first }) => lines(Math.max(0, first - 1)));
    for (const editor of vscode.window.visibleTextEditors) {
      if (editor.document.uri.toString() !== uri.toString()) continue;
      editor.setDecorations(this.gone, removed);
      editor.setDecorations(this.come, inserted);
    }
  }

  /** An input at these lines. */
  input(uri: vscode.Uri, range: vscode.Range, label: string): vscode.CommentThread {
    // An empty one at first: the editor would open its list of comments for others.
    const thread = this.comments.createCommentThread(uri, range, []);
    thread.canReply = false;
    thread.label = label;
    thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded;
    listen(thread, "");
    return thread;
  }

  /** What would come in place of the lines. */
  below(uri: vscode.Uri, change: LineChange, language: string, kind: ThreadKind, label: string): vscode.CommentThread {
    const thread = this.comments.createCommentThread(uri, lines(Math.max(0, change.last - 1)), []);
    thread.canReply = false;
    thread.label = label;
    thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded;
    become(thread, kind);
    say(thread, codeOf(change, language));
    return thread;
  }
}

/** A comment that is being written, which gets the focus as no other input of a thread does. */
export interface Input extends vscode.Comment {
  thread: vscode.CommentThread;
}

/** Lets the user write into a thread; what was said in it stays above. */
export function listen(thread: vscode.CommentThread, written: string, said?: vscode.MarkdownString): void {
  const author = { name: t("What should be different? Enter proposes it, Escape closes this.") };
  const input: Input = { author, mode: vscode.CommentMode.Editing, body: written, contextValue: "ask", thread };
  const before = said ? [{ author: AUTHOR, mode: vscode.CommentMode.Preview, body: said }] : [];
  thread.comments = [...before, input];
  become(thread, "ask");
}

export function become(thread: vscode.CommentThread, kind: ThreadKind): void {
  thread.contextValue = kind;
}

/** Shows a text as the only comment of a thread. */
export function say(thread: vscode.CommentThread, body: vscode.MarkdownString): void {
  thread.comments = [{ author: AUTHOR, mode: vscode.CommentMode.Preview, body }];
}

export function codeOf({ added }: Pick<LineChange, "added">, language: string): vscode.MarkdownString {
  if (added.length === 0) return new vscode.MarkdownString(t("These lines would go."));
  return new vscode.MarkdownString(fenced(added.join("\n"), language));
}

/** Text that means nothing but itself. */
export function plain(text: string): vscode.MarkdownString {
  return new vscode.MarkdownString().appendText(text);
}

function lines(first: number, last: number = first): vscode.Range {
  return new vscode.Range(first, 0, last, 0);
}
