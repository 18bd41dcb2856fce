// Imported first: the texts of the other modules are in the language that the editor is in.

import * as vscode from "vscode";
import { useBundle } from "./l10n";

useBundle(vscode.l10n.bundle ?? {});
