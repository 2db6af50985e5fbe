import * as vscode from "vscode";
import { Candidates, SCHEME } from "./candidates";
import * as chat from "./chat";
import * as commands from "./commands";
import * as interpreters from "./interpreter";
import { Jobs } from "./jobs";
import * as mcp from "./mcp";
import { isOurs, Session } from "./session";
import { Status } from "./status";
import { View } from "./view";

/** Settings that the running server takes over; all others need a new start. */
const LIVE = ["speedup", "maxLoss", "maxDrift", "diagnostics", "codeLens", "inlayHints"].map((key) => `diffagent.${key}`);

let session: Session | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const output = vscode.window.createOutputChannel("DiffAgent", { log: true });
  session = new Session(context, output);
  const jobs = new Jobs(session, output);
  const candidates = new Candidates(session);
  const view = new View(context.extensionUri, session, jobs);
  context.subscriptions.push(
    output,
    session,
    jobs,
    new Status(session, jobs),
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, candidates),
    vscode.window.registerWebviewViewProvider(View.id, view),
    session.onJobs((started) => started && void view.reveal()),
  );
  const parts = { session, jobs, candidates, output };
  commands.register(context, parts);
  mcp.register(context, session);
  chat.register(context, parts);
  listen(context, session);
  await wake(session);
  context.subscriptions.push(await interpreters.watch(() => void restart()));
}

export async function deactivate(): Promise<void> {
  await session?.server?.stop();
}

function listen(context: vscode.ExtensionContext, of: Session): void {
  context.subscriptions.push(
    vscode.workspace.onDidOpenTextDocument((document) => isOurs(document) && void of.start()),
    vscode.workspace.onDidSaveTextDocument((document) => isOurs(document) && void of.start()),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void restart()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (!change.affectsConfiguration("diffagent")) return;
      if (LIVE.some((key) => change.affectsConfiguration(key))) void of.configured();
      else void restart();
    }),
  );
}

/** Start at once where a script that imports diffusers is open already. */
async function wake(of: Session): Promise<void> {
  if (vscode.workspace.textDocuments.some(isOurs)) await of.start();
}

/** Start anew, unless nothing has been started yet. */
async function restart(): Promise<void> {
  if (session && session.standing.kind !== "idle") await session.restart();
}
