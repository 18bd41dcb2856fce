// The view of the prefix. It asks while it can be seen, one question at a time.

import * as vscode from "vscode";
import { folderNode, prefixTree, summary, type Node } from "./prefixTree";
import type { Context } from "../protocol";
import type { Server } from "../server/server";
import { duration, secondsWarm } from "../wording";
import { t } from "../l10n";

export class ContextView implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view: vscode.TreeView<Node>;
  private readonly listening: vscode.Disposable;
  private roots: Node[] = [];
  private context: Context | undefined;
  private asking: Promise<void> | undefined;
  private isStale = true;

  constructor(private readonly server: Server) {
    this.view = vscode.window.createTreeView("foreword.context", { treeDataProvider: this, showCollapseAll: true });
    this.listening = vscode.Disposable.from(
      this.view.onDidChangeVisibility(() => this.look()),
      server.onStatus(() => this.refresh()),
      server.onPhase(() => this.describe()),
    );
  }

  dispose(): void {
    this.listening.dispose();
    this.view.dispose();
    this.changed.dispose();
  }

  refresh(): void {
    this.isStale = true;
    this.describe();
    this.look();
  }

  getTreeItem(node: Node): vscode.TreeItem {
    const state = node.children.length > 0 ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None;
    const item = new vscode.TreeItem(node.label, state);
    item.description = node.description;
    item.tooltip = node.tooltip;
    item.iconPath = new vscode.ThemeIcon(node.icon);
    if (node.isPinned !== undefined) item.contextValue = node.isPinned ? "pinned" : "file";
    item.accessibilityInformation = { label: `${node.label}, ${node.description}` };
    const uri = fileAt(node);
    if (uri) item.resourceUri = uri; // the icon of the file's kind
    if (uri) item.command = { title: t("Open"), command: "vscode.open", arguments: [uri, { preview: true }] };
    return item;
  }

  getChildren(node?: Node): Node[] {
    return node ? node.children : this.roots;
  }

  private look(): void {
    const isOpen = vscode.workspace.workspaceFolders !== undefined;
    if (!this.view.visible || !this.isStale || !isOpen || this.asking || this.server.phase === "failed") return;
    this.isStale = false;
    this.asking = this.ask().finally(() => {
      this.asking = undefined;
      this.look();
    });
  }

  private async ask(): Promise<void> {
    const folders = vscode.workspace.workspaceFolders ?? [];
    const found = await Promise.allSettled(folders.map((folder) => this.contextOf(folder)));
    const trees = found.map((one, at) => treeOf(one, folders[at]?.uri.toString() ?? ""));
    const [only] = trees;
    // One folder needs no row of its own, and what went wrong with it stands above an empty tree.
    const isAlone = trees.length === 1 && only !== undefined;
    this.view.message = isAlone ? only.problem : "";
    this.roots = isAlone ? only.nodes : trees.map(({ nodes, problem }, at) => folderNode(folders[at]?.name ?? "", nodes, problem));
    const [first] = found;
    this.context = isAlone && first?.status === "fulfilled" ? first.value : undefined;
    this.describe();
    this.changed.fire();
  }

  private contextOf({ uri }: vscode.WorkspaceFolder): Promise<Context> {
    return this.server.execute<Context>("foreword.context", { workspace: uri.toString() });
  }

  private describe(): void {
    const status = this.server.status();
    const left = status ? secondsWarm(status, Date.now() / 1000) : 0;
    const warmth = left > 0 ? t("warm {0}", duration(left)) : t("cold");
    this.view.description = this.context ? `${warmth} · ${summary(this.context)}` : "";
  }
}

function treeOf(found: PromiseSettledResult<Context>, folder: string): { nodes: Node[]; problem: string } {
  if (found.status === "fulfilled") return { nodes: prefixTree(found.value, folder), problem: "" };
  const reason: unknown = found.reason;
  return { nodes: [], problem: reason instanceof Error ? reason.message : String(reason) };
}

function fileAt({ folder, path }: Node): vscode.Uri | undefined {
  return path === undefined || folder === undefined ? undefined : vscode.Uri.joinPath(vscode.Uri.parse(folder, true), path);
}
