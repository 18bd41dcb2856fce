// A proposal of an answer, brought into the files: all of it at once here, hunk by hunk in the review.

import type { ProposalResult, ProposedFile } from "../protocol";
import type { Server } from "../server/server";

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

/** Applies a whole proposal; what became of it in one line. The click was the consent: no second question. */
export async function applyProposal(server: Server, proposalId: string): Promise<string> {
  const argument = { proposalId, confirm: false };
  return outcome(await server.execute<ProposalResult>("foreword.edit", argument));
}

type Outcome = Pick<ProposalResult, "applied" | "problems"> & { edits: readonly Pick<ProposedFile, "applied">[] };

export function outcome({ applied, problems, edits }: Outcome): string {
  const left = problems.map((problem) => problem.message).join("; ");
  if (!applied) return left === "" ? "Not applied" : `Not applied: ${left}`;
  const nFiles = edits.filter((edit) => edit.applied).length;
  const done = `Applied to ${nFiles} ${nFiles === 1 ? "file" : "files"}`;
  return left === "" ? done : `${done}; not all of it: ${left}`;
}
