// A proposal of an answer, brought into the files: all of it at once here, hunk by hunk in the review.

import type { ProposalResult, ProposedFile } from "../protocol";
import type { ToPage } from "./messages";
import type { Server } from "../server/server";
import { t } from "../l10n";

/** The command that shows a proposal as a diff, to be accepted or rejected by hunk; its argument is `{proposalId}`. */
export const REVIEW = "foreword.review";

/** The command that asks for an edit of the open file, and shows it as a diff; its argument is the instruction. */
export const INSTRUCT = "foreword.instruct";

/** The instruction that brings code into a file; its fence is longer than any in the code. */
export function applying(code: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `Apply this code:\n\n${fence}\n${code}\n${fence}`;
}

/** What became of a proposal, and the line that says so. */
export type Decided = Extract<ToPage, { type: "decided" }>;

/** Applies a whole proposal. The click was the consent: no second question. */
export async function applyProposal(server: Server, proposalId: string): Promise<Decided> {
  const result = await server.execute<ProposalResult>("foreword.edit", { proposalId, confirm: false });
  return { type: "decided", proposalId, words: outcome(result), outcome: result.outcome };
}

/** Takes back what was applied of it: in all files, or in none. */
export async function undoProposal(server: Server, proposalId: string): Promise<Decided> {
  const result = await server.execute<ProposalResult & { undone: boolean }>("foreword.edit", { proposalId, undo: true });
  const left = result.problems.map((problem) => problem.message).join("; ");
  const words = result.undone ? t("Undone") : t("Not undone, since it would not be whole: {0}", left);
  return { type: "decided", proposalId, words, outcome: result.outcome };
}

/** What was decided in the review. */
export function decidedInReview({ proposalId, outcome }: ProposalResult): Decided {
  return { type: "decided", proposalId, words: "", outcome };
}

type Outcome = Pick<ProposalResult, "applied" | "problems"> & { edits: readonly Pick<ProposedFile, "applied">[] };

export function outcome({ applied, problems, edits }: Outcome): string {
  const left = problems.map((problem) => problem.message).join("; ");
  if (!applied) return left === "" ? t("Not applied") : t("Not applied: {0}", left);
  const nFiles = edits.filter((edit) => edit.applied).length;
  const done = nFiles === 1 ? t("Applied to 1 file") : t("Applied to {0} files", nFiles);
  return left === "" ? done : t("{0}; not all of it: {1}", done, left);
}
