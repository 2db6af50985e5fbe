import * as os from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";

/** The section of package.json whose settings the Python side knows by the names of its environment variables. */
const ENGINE = "diffagent.engine";

interface Section {
  id?: string;
  properties: Record<string, unknown>;
}

/** `llmUsd` → `DIFFAGENT_LLM_USD`. */
export function variable(key: string): string {
  return `DIFFAGENT_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** Environment variables of the settings that the person has set. */
export function environment(extension: vscode.Extension<unknown>): Record<string, string> {
  const sections = extension.packageJSON.contributes.configuration as Section[];
  const engine = sections.find((section) => section.id === ENGINE)?.properties ?? {};
  const settings = vscode.workspace.getConfiguration("diffagent");
  const found: Record<string, string> = {};
  for (const name of Object.keys(engine)) {
    const key = name.replace(/^diffagent\./, "");
    const value = settings.get<unknown>(key);
    if (value === null || value === undefined || value === "" || !isSet(settings, key)) continue;
    found[variable(key)] = isFile(key) ? whole(String(value)) : String(value);
  }
  return found;
}

/** What the language server is told when it starts and when settings change; null leaves it to config.toml. */
export function forServer(interpreterOfScripts: string | undefined): Record<string, unknown> {
  const settings = vscode.workspace.getConfiguration("diffagent");
  const python = settings.get<string | null>("python");
  return {
    python: python ? whole(python) : (interpreterOfScripts ?? null),
    models: isSet(settings, "models") ? settings.get("models") : null,
    speedup: settings.get("speedup"),
    maxLoss: settings.get("maxLoss"),
    maxDrift: settings.get("maxDrift"),
    diagnostics: { enable: settings.get("diagnostics.enable"), ignore: settings.get("diagnostics.ignore") },
    codeLens: { enable: settings.get("codeLens.enable") },
    inlayHints: { enable: settings.get("inlayHints.enable") },
    llm: isSet(settings, "llm") ? settings.get("llm") : null,
  };
}

/** A path from a setting, absolute: `~` and `${workspaceFolder}` are known, else it is below the first folder. */
export function whole(given: string): string {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? os.homedir();
  const filled = given.replaceAll("${workspaceFolder}", folder).replace(/^~(?=[\\/]|$)/, os.homedir());
  return path.isAbsolute(filled) || !/[\\/]/.test(filled) ? filled : path.join(folder, filled);
}

function isSet(settings: vscode.WorkspaceConfiguration, key: string): boolean {
  const at = settings.inspect(key);
  return [at?.globalValue, at?.workspaceValue, at?.workspaceFolderValue].some((value) => value !== undefined);
}

function isFile(key: string): boolean {
  return key === "python" || key === "home";
}
