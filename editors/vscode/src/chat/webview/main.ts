// The script of the chat view's page.

import "./pageLanguage";
import "./chat.css";
import type { ToPage } from "../messages";
import { ChatPage } from "./chatPage";
import { hearDrops } from "./composer/fileDrop";
import { hearPastes, tellAll } from "./composer/mediaInput";
import type { EditorApi } from "./editorApi";
import { paced } from "./elements/pace";

declare function acquireVsCodeApi(): EditorApi;

const editor = acquireVsCodeApi();
const schedule = paced(
  (run) => requestAnimationFrame(run),
  (run, ms) => setTimeout(run, ms),
  () => performance.now(),
);
const page = new ChatPage(document.body, editor, schedule);
window.addEventListener("message", (event: MessageEvent<ToPage>) => page.hear(event.data));
hearDrops(
  document.body,
  (uris) => editor.postMessage({ type: "drop", uris }),
  (files) => void tellAll(files, (media) => editor.postMessage(media)),
);
hearPastes(document.body, (media) => editor.postMessage(media));
page.begin(editor.getState());
