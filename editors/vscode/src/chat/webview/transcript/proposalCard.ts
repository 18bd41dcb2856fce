// The changes that an answer proposes: their diffs folded, with buttons to review or apply them.

import type { Proposal, ProposedFile } from "../../protocol";
import { button, details, element } from "../elements/element";
import { highlighted } from "../markdown/highlight";

export interface ProposalActions {
  review: (proposalId: string) => void;
  apply: (proposalId: string) => void;
}

export class ProposalCard {
  readonly root: HTMLElement;
  private readonly outcome = element("p", { class: "outcome", role: "status" });

  /** While the answer is under way (`isWhole` is false) there is nothing to press yet. */
  constructor(proposal: Proposal, actions: ProposalActions, isWhole: boolean) {
    const { files, proposalId } = proposal;
    const title = `Changes in ${files.length} ${files.length === 1 ? "file" : "files"}`;
    this.root = element("section", { class: "proposal", label: title });
    if (files.length > 0) {
      const head = element("header", {}, element("span", {}, title));
      if (isWhole) head.append(...buttons(proposalId, actions));
      this.root.append(head, ...files.map(fileView));
    }
    for (const { message } of proposal.problems) this.root.append(element("p", { class: "warning" }, message));
    this.root.append(this.outcome);
  }

  /** What became of it. */
  tell(words: string): void {
    this.outcome.textContent = words;
  }
}

function buttons(proposalId: string, actions: ProposalActions): HTMLElement[] {
  const review = { class: "secondary", label: "Review the changes one by one", click: () => actions.review(proposalId) };
  const apply = { class: "primary", label: "Apply all of the changes", click: () => actions.apply(proposalId) };
  return [button(review, "Review"), button(apply, "Apply")];
}

function fileView({ path, kind, diff }: ProposedFile): HTMLElement {
  const lines = diff.split("\n");
  const count = (mark: string): number =>
    lines.filter((line) => line.startsWith(mark) && !line.startsWith(mark.repeat(3))).length;
  const summary = element(
    "span",
    {},
    element("span", { class: "path" }, path),
    element("span", { class: "kind" }, kind === "change" ? "" : kind),
    element("span", { class: "added" }, `+${count("+")}`),
    element("span", { class: "removed" }, `−${count("-")}`),
  );
  const code = element("code", {}, ...highlighted(hunksOf(lines).join("\n"), "diff"));
  return details(summary, element("pre", { tabIndex: 0, role: "region", label: `Diff of ${path}` }, code));
}

/** A diff without its head, which names the file again. */
function hunksOf(lines: readonly string[]): readonly string[] {
  return lines.slice(Math.max(0, lines.findIndex((line) => line.startsWith("@@"))));
}
