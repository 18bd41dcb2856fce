// What the model writes of an edit, shown while it is written.

import * as vscode from "vscode";
import type { LineChange } from "./lineChange";
import { codeOf, say, type Marks } from "./marks";
import { t } from "../l10n";

/** A piece of what the model writes, as the server tells it; lines and characters from 0. */
export interface Draft {
  kind: "draft";
  number: number;
  uri: string;
  range: { start: { line: number }; end: { line: number } };
  newText: string;
}

/** The drafts of one answer in one document. Once that changes they are gone: their lines are those of before. */
export class Drafts implements vscode.Disposable {
  private readonly all = new Map<number, { thread: vscode.CommentThread; change: LineChange }>();
  private readonly changed: vscode.Disposable;
  private isOver = false;

  constructor(
    private readonly marks: Marks,
    private readonly document: vscode.TextDocument,
  ) {
    const { version } = document;
    this.changed = vscode.workspace.onDidChangeTextDocument((event) => {
      if (event.document === document && document.version !== version) this.dispose();
    });
  }

  show({ number, uri, range, newText }: Draft): void {
    const { document, marks, all } = this;
    if (this.isOver || vscode.Uri.parse(uri, true).toString() !== document.uri.toString()) return;
    const added = newText === "" ? [] : newText.replace(/\n$/, "").split("\n");
    const change = { first: range.start.line, last: range.end.line, added };
    const label = t("Being written …");
    const thread = all.get(number)?.thread ?? marks.below(document.uri, change, document.languageId, "draft", label);
    say(thread, codeOf(change, document.languageId));
    all.set(number, { thread, change });
    marks.draw(document.uri, [...all.values()].map((draft) => draft.change));
  }

  dispose(): void {
    this.isOver = true;
    this.changed.dispose();
    for (const { thread } of this.all.values()) thread.dispose();
    this.all.clear();
    this.marks.draw(this.document.uri, []);
  }
}
