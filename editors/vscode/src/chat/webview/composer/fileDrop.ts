// Files that are dropped on the page. The editor gives their URIs while Shift is held; what they are, it judges itself.

export function hearDrops(root: HTMLElement, drop: (uris: string[]) => void, dropFiles: (files: File[]) => void): void {
  root.addEventListener("dragover", (event) => {
    event.preventDefault();
    root.classList.add("is-drop-target");
  });
  for (const name of ["dragleave", "drop"]) root.addEventListener(name, () => root.classList.remove("is-drop-target"));
  root.addEventListener("drop", (event) => {
    event.preventDefault();
    const uris = urisOf((type) => event.dataTransfer?.getData(type) ?? "");
    if (uris.length > 0) drop(uris);
    // Those of another program have no URI here.
    else dropFiles([...(event.dataTransfer?.files ?? [])]);
  });
}

/** Lines of URIs, whose comments begin with a hash. */
function urisOf(read: (type: string) => string): string[] {
  const listed = read("application/vnd.code.uri-list") || read("text/uri-list");
  return listed.split(/\r?\n/).filter((line) => line !== "" && !line.startsWith("#"));
}
