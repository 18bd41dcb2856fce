// An answer: the steps of its tools folded, its text as it streams, what it proposes, and at the end its receipt.

import type { Citation, Message, Outcome, Piece, Proposal } from "../../protocol";
import type { BlockActions } from "../markdown/blocks";
import { linkCitations } from "../markdown/citationLinks";
import { button, details, element } from "../elements/element";
import { icon } from "../elements/icon";
import { MarkdownStream, type Schedule } from "../markdown/markdownStream";
import { ProposalCard, type ProposalActions } from "./proposalCard";
import { receiptView } from "./receiptView";
import { t } from "../../../l10n";

export interface AnswerActions extends BlockActions, ProposalActions {
  goTo: (citation: Citation) => void;
}

export class Answer {
  readonly root = element("article", { class: "answer", label: t("Answer") });
  private readonly steps = element("ol");
  private readonly stepsTitle = element("span");
  private readonly stepsView = details(this.stepsTitle, this.steps);
  private readonly body = element("div", { class: "markdown" });
  private readonly proposals = element("div");
  private readonly waiting = element("p", { class: "waiting" }, t("Thinking"));
  private readonly stream: MarkdownStream;
  private readonly cards = new Map<string, ProposalCard>();

  constructor(
    private readonly actions: AnswerActions,
    schedule: Schedule,
    drawn: () => void,
  ) {
    this.stream = new MarkdownStream(this.body, actions, schedule, drawn);
    this.stepsView.className = "steps";
    this.stepsView.hidden = true;
    this.root.append(this.stepsView, this.body, this.waiting, this.proposals);
  }

  take(piece: Piece): void {
    if (piece.kind === "text") {
      this.stream.append(piece.text);
      this.waiting.hidden = true;
    }
    if (piece.kind === "tool") this.addStep(piece.line);
    if (piece.kind === "proposal") this.showProposals([piece], false);
  }

  /** The answer as the server keeps it; `again` asks for another one. */
  finish(message: Message, again: () => void): void {
    this.stream.finish(message.text);
    this.waiting.remove();
    this.endSteps();
    linkCitations(this.body, message.citations ?? [], (citation) => this.actions.goTo(citation));
    this.showProposals(message.proposals ?? [], true);
    const told = [...(message.status === "done" || message.status === "refused" ? [message.note] : []), ...problems(message)];
    for (const words of told) if (words) this.root.append(element("p", { class: "warning" }, words));
    this.root.append(this.foot(message, again));
  }

  /** There is no more to come, and no message that would say how it ended. */
  giveUp(): void {
    this.stream.finish(this.stream.text);
    this.waiting.remove();
    this.endSteps();
  }

  tellProposal(proposalId: string, words: string, outcome: Outcome): void {
    this.cards.get(proposalId)?.tell(words, outcome);
  }

  /** What it waits for, until its first word. */
  tellStep(words: string): void {
    this.waiting.textContent = words || t("Thinking");
  }

  private addStep(line: string): void {
    this.steps.append(element("li", {}, line));
    this.stepsView.hidden = false;
    this.stepsTitle.textContent = line;
    this.waiting.hidden = false;
    this.waiting.textContent = t("Working");
  }

  private endSteps(): void {
    const n = this.steps.children.length;
    this.stepsTitle.textContent = n === 1 ? t("1 step") : t("{0} steps", n);
  }

  private showProposals(proposals: readonly Proposal[], isWhole: boolean): void {
    this.cards.clear();
    for (const one of proposals) this.cards.set(one.proposalId, new ProposalCard(one, this.actions, isWhole));
    this.proposals.replaceChildren(...[...this.cards.values()].map((card) => card.root));
  }

  private foot(message: Message, again: () => void): HTMLElement {
    const copy = (): void => this.actions.copy(message.text);
    const foot = element(
      "footer",
      {},
      button({ class: "small", label: t("Copy the answer"), click: copy }, icon("copy")),
      button({ class: "small again", label: t("Ask for another answer"), click: again }, icon("retry")),
    );
    if (message.receipt) foot.prepend(receiptView(message.receipt, message.provider, message.model));
    return foot;
  }
}

function problems({ problems: found }: Message): string[] {
  return (found ?? []).map((problem) => problem.message);
}
