import * as vscode from "vscode";
import type { Session } from "./session";
import { environment } from "./settings";

const ID = "diffagent.tools";

/** Offer DiffAgent's tools to agent mode: one server for each folder, of the interpreter that has DiffAgent. */
export function register(context: vscode.ExtensionContext, session: Session): void {
  const changes = new vscode.EventEmitter<void>();
  context.subscriptions.push(
    changes,
    session.onChange(() => changes.fire()),
    vscode.lm.registerMcpServerDefinitionProvider(ID, {
      onDidChangeMcpServerDefinitions: changes.event,
      provideMcpServerDefinitions: () => definitions(context, session),
    }),
  );
}

async function definitions(context: vscode.ExtensionContext, session: Session): Promise<vscode.McpStdioServerDefinition[]> {
  const usable = vscode.workspace.isTrusted ? await session.usable() : undefined;
  if (!usable) return [];
  const folders = vscode.workspace.workspaceFolders ?? [];
  return folders.map((folder) => {
    const label = folders.length > 1 ? `DiffAgent (${folder.name})` : "DiffAgent";
    const args = ["-m", "diffagent_mcp", "serve", "--workspace", folder.uri.fsPath];
    const env = environment(context.extension);
    const definition = new vscode.McpStdioServerDefinition(label, usable.interpreter.path, args, env, usable.version);
    definition.cwd = context.extensionUri; // a module of the folder must not stand in for one of Python's own
    return definition;
  });
}
