import * as vscode from "vscode";
import type { Interpreter } from "./interpreter";

const PACKAGE = "diffagent-mcp[run]";
const INSTALL = "Install";
const CHOOSE = "Choose Interpreter";

/** Ask whether to install DiffAgent, and if so type the command into a terminal. True where it was begun. */
export async function offer(interpreter: Interpreter, sentence: string, installed: () => void): Promise<boolean> {
  const answer = await vscode.window.showWarningMessage(sentence, INSTALL, CHOOSE);
  if (answer === CHOOSE) await choose();
  if (answer === INSTALL) run(interpreter, installed);
  return answer === INSTALL;
}

/** Install by pip in a terminal of its own, so that the person sees what happens, and say when it has ended. */
export function run(interpreter: Interpreter, installed: () => void): void {
  const terminal = vscode.window.createTerminal({
    name: "Install DiffAgent",
    shellPath: interpreter.path,
    shellArgs: ["-m", "pip", "install", PACKAGE],
    iconPath: new vscode.ThemeIcon("rocket"),
    isTransient: true,
  });
  terminal.show();
  const watching = vscode.window.onDidCloseTerminal((closed) => {
    if (closed !== terminal) return;
    watching.dispose();
    installed();
  });
}

/** Ask for the interpreter that runs DiffAgent, and keep it in the settings. */
export async function choose(): Promise<void> {
  const picked = await vscode.window.showOpenDialog({
    title: "The Python interpreter that has DiffAgent",
    openLabel: "Use This Interpreter",
    canSelectMany: false,
  });
  const file = picked?.[0];
  if (!file) return;
  const where = vscode.workspace.workspaceFolders && vscode.workspace.isTrusted;
  const target = where ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
  await vscode.workspace.getConfiguration("diffagent").update("interpreter", file.fsPath, target);
}
