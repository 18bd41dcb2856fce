// The prefix as a tree of plain nodes: its layers, their files, and what was left out and why.

import type { Context, Layer } from "../protocol";
import { count } from "../wording";
import { t } from "../l10n";

export interface Node {
  label: string;
  description: string;
  tooltip: string;
  icon: string;
  /** The file that it is about, relative to the workspace. */
  path?: string;
  /** The URI of the folder that the path is relative to. */
  folder?: string;
  /** Whether it stands in full by the user's wish; undefined where there is nothing to pin. */
  isPinned?: boolean;
  children: Node[];
}

const LAYERS: Readonly<Record<Layer["name"], { label: string; icon: string; about: string }>> = {
  instructions: { label: t("Instructions"), icon: "law", about: t("What the model is told to be, and its tools: the same for every question.") },
  base: { label: t("Base"), icon: "layers", about: t("The repository as of its anchor: outlines, and the files that matter most.") },
  delta: { label: t("Delta"), icon: "diff", about: t("What was saved since the base was laid; it grows at its end.") },
};

/** The tree of a folder by its URI. */
export function prefixTree(context: Context, folder: string): Node[] {
  const nodes = [...context.layers.map(layerNode), ...notPinnedNode(context), ...leftOutNode(context), ...notShownNode(context)];
  return nodes.map((node) => within(node, folder));
}

/** The row of one folder among several: its prefix, or why there is none. */
export function folderNode(name: string, children: Node[], problem: string): Node {
  return { label: name, description: problem, tooltip: problem || name, icon: problem ? "warning" : "folder", children };
}

function within(node: Node, folder: string): Node {
  return { ...node, folder, children: node.children.map((child) => within(child, folder)) };
}

/** The whole prefix in a few words, for the view's head, which is narrow. */
export function summary(context: Context): string {
  const tokens = context.tokens < 10_000 ? count(context.tokens) : `${count(Math.round(context.tokens / 1000))}k`;
  return t("{0} tokens", tokens) + (context.tokens < context.minimum ? t(", too short to be cached") : "");
}

function layerNode(layer: Layer): Node {
  const { label, icon, about } = LAYERS[layer.name];
  const files = layer.files.length > 0 ? ` · ${layer.files.length === 1 ? t("1 part") : t("{0} parts", count(layer.files.length))}` : "";
  const warmth = layer.warm === null ? "" : ` · ${layer.warm ? t("warm") : t("cold")}`;
  const mark = layer.breakpoint ? t("A cache breakpoint of {0} stands at its end.", layer.breakpoint) : t("No breakpoint stands at its end.");
  return {
    label,
    description: t("{0} tokens", count(layer.tokens)) + files + warmth,
    tooltip: `${about}\n${mark}\n${t("Digest {0}", layer.digest.slice(0, 12))}`,
    icon,
    children: [...layer.files].sort((a, b) => b.tokens - a.tokens).map(fileNode),
  };
}

function fileNode({ path, form, tokens, pinned }: Layer["files"][number]): Node {
  if (!path) return { label: t("The Repository"), description: count(tokens), tooltip: form, icon: "repo", children: [] };
  const shown = pinned ? t("{0}, pinned", form) : form;
  const tooltip = `${path}\n${t("shown as {0}, about {1} tokens", shown, count(tokens))}`;
  return { ...named(path, `${count(tokens)} · ${shown}`, tooltip), icon: pinned ? "pinned" : "file", isPinned: pinned };
}

/** A file by its name, since views are narrow; its folder comes last. */
function named(path: string, description: string, tooltip: string): Node {
  const at = path.lastIndexOf("/");
  const folder = at < 0 ? "" : ` · ${path.slice(0, at)}`;
  return { label: path.slice(at + 1), description: description + folder, tooltip, icon: "file", path, children: [] };
}

function notPinnedNode({ notPinned }: Context): Node[] {
  if (notPinned.length === 0) return [];
  const children = notPinned.map(({ path, reason }) => ({
    ...named(path, reason, `${path}\n${t("pinned, but not shown in full: {0}", reason)}`),
    isPinned: true,
  }));
  const tooltip = t("These stand in context.pins, and not in the base in full.");
  return [{ label: t("Pinned, Not in Full"), description: notPinned.length === 1 ? t("1 pin") : t("{0} pins", count(notPinned.length)), tooltip, icon: "pin", children }];
}

function leftOutNode({ leftOut }: Context): Node[] {
  if (leftOut.length === 0) return [];
  const children = leftOut.map(({ path, reason }) => named(path, reason, `${path}\n${t("left out: {0}", reason)}`));
  const tooltip = t("Nothing of these files is sent, and no tool reads them.");
  return [{ label: t("Left Out"), description: files(leftOut.length), tooltip, icon: "circle-slash", children }];
}

function notShownNode({ notShown, budget }: Context): Node[] {
  if (notShown === 0) return [];
  return [
    {
      label: t("Not Shown"),
      description: files(notShown),
      tooltip: t("The budget of {0} tokens (context.budget) is used up without them; the tools still reach them.", count(budget)),
      icon: "ellipsis",
      children: [],
    },
  ];
}

function files(amount: number): string {
  return amount === 1 ? t("1 file") : t("{0} files", count(amount));
}
