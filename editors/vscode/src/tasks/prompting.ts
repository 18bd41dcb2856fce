// Code actions that need words of the user, asked for here before the server is; those that end in an answer become
// questions in the chat view.

import * as vscode from "vscode";
import type { CodeAction } from "vscode";
import type { Middleware } from "vscode-languageclient/node";
import { isTask, promptOf, type Task } from "./task";

/** The task with the user's words; undefined if the user wants nothing after all. */
export async function completed(task: Task): Promise<Task | undefined> {
  const prompt = promptOf(task);
  if (!prompt) return task;
  const instruction = (await vscode.window.showInputBox({ ...prompt, ignoreFocusOut: true }))?.trim();
  return instruction ? { ...task, instruction } : undefined;
}

export function promptingMiddleware(): Middleware {
  return {
    resolveCodeAction: async (item, token, next) => {
      const action = item as CodeAction & { data?: unknown };
      if (!isTask(action.data)) return next(item, token);
      const task = await completed(action.data);
      if (!task) return item;
      action.data = task;
      return next(action, token);
    },
    executeCommand: async (command, args, next) => {
      try {
        return await carryOut(command, args, next);
      } catch (error) {
        tell(error);
        return undefined;
      }
    },
  };
}

async function carryOut(
  command: string,
  args: unknown[],
  next: (command: string, args: unknown[]) => vscode.ProviderResult<unknown>,
): Promise<unknown> {
  const given = args[0];
  if (command !== "foreword.ask" || !isTask(given)) return next(command, args);
  const task = await completed(given);
  if (!task) return undefined;
  return vscode.commands.executeCommand("foreword.chat.task", { task });
}

/** One clear message; a cancelled request is none. */
export function tell(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof vscode.CancellationError || /cancelled|canceled/i.test(message)) return;
  void vscode.window.showErrorMessage(`Foreword: ${message}`);
}
