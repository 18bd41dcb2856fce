// The changes that an answer proposes: their diffs folded, with buttons to review or apply them.

import type { Outcome, Proposal, ProposedFile } from "../../protocol";
import { button, details, element, type Given } from "../elements/element";
import { highlighted } from "../markdown/highlight";
import { t } from "../../../l10n";

export interface ProposalActions {
  review: (proposalId: string) => void;
  apply: (proposalId: string) => void;
  undo: (proposalId: string) => void;
}

const WORDS: Readonly<Record<Outcome, string>> = {
  pending: "",
  applied: t("Applied"),
  rejected: t("Rejected"),
  "partly applied": t("Applied in part"),
};

export class ProposalCard {
  readonly root: HTMLElement;
  private readonly buttons = element("span", { class: "choices" });
  private readonly outcome = element("p", { class: "outcome", role: "status" });

  /** While the answer is under way (`isWhole` is false) there is nothing to press yet. */
  constructor(
    private readonly proposal: Proposal,
    private readonly actions: ProposalActions,
    isWhole: boolean,
  ) {
    const { files } = proposal;
    const title = files.length === 1 ? t("Changes in 1 file") : t("Changes in {0} files", files.length);
    this.root = element("section", { class: "proposal", label: title });
    if (files.length > 0) this.root.append(element("header", {}, element("span", {}, title), this.buttons), ...files.map(fileView));
    for (const { path } of files.filter(({ runsHere }) => runsHere === true))
      this.root.append(element("p", { class: "warning" }, t("Look closely at {0}: it changes what runs on this machine", path)));
    for (const { message } of proposal.problems) this.root.append(element("p", { class: "warning" }, message));
    this.root.append(this.outcome);
    if (isWhole) this.tell("", proposal.outcome ?? "pending");
  }

  /** What became of it, and what can be done now: what is decided offers nothing more than to take it back. */
  tell(words: string, outcome: Outcome): void {
    this.outcome.textContent = words || WORDS[outcome];
    const { proposalId } = this.proposal;
    const { review, apply, undo } = this.actions;
    const isOpen = outcome === "pending" || outcome === "partly applied";
    const isApplied = outcome === "applied" || outcome === "partly applied";
    const all: [boolean, Given, string][] = [
      [isApplied, { class: "secondary", label: t("Take the applied changes back"), click: () => undo(proposalId) }, t("Undo")],
      [isOpen, { class: "secondary", label: t("Review the changes one by one"), click: () => review(proposalId) }, t("Review")],
      [outcome === "pending", { class: "primary", label: t("Apply all of the changes"), click: () => apply(proposalId) }, t("Apply")],
    ];
    this.buttons.replaceChildren(...all.filter(([isOffered]) => isOffered).map(([, given, face]) => button(given, face)));
  }
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
  return details(summary, element("pre", { tabIndex: 0, role: "region", label: t("Diff of {0}", path) }, code));
}

/** A diff without its head, which names the file again. */
function hunksOf(lines: readonly string[]): readonly string[] {
  return lines.slice(Math.max(0, lines.findIndex((line) => line.startsWith("@@"))));
}
