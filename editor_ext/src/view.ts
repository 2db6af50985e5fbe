import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import type { Jobs } from "./jobs";
import type { FromPage, JobInFull, Picture, ToPage } from "./protocol";
import type { Session } from "./session";

const PICTURES = 4;
const MOST_BYTES = 8_000_000;

/** The view in the activity bar: jobs, their candidates, pictures. What it is asked to do are commands. */
export class View implements vscode.WebviewViewProvider {
  static readonly id = "diffagent.view";
  private view: vscode.WebviewView | undefined;
  private shown = "";

  constructor(
    private readonly root: vscode.Uri,
    private readonly session: Session,
    private readonly jobs: Jobs,
  ) {}

  resolveWebviewView(view: vscode.WebviewView): void {
    this.view = view;
    view.webview.options = {
      enableScripts: true,
      localResourceRoots: [vscode.Uri.joinPath(this.root, "dist"), vscode.Uri.joinPath(this.root, "media")],
    };
    const listening = vscode.Disposable.from(
      view.webview.onDidReceiveMessage((message: FromPage) => void this.asked(message)),
      this.session.onChange(() => this.send()),
      this.jobs.onChange(() => this.send()),
    );
    view.onDidDispose(() => {
      listening.dispose();
      this.view = undefined;
    });
    view.webview.html = page(view.webview, this.root);
    void this.session.start().then(() => this.jobs.read());
  }

  /** Bring the view to the front; where it was open already, the focus stays where it is. */
  async reveal(): Promise<void> {
    if (this.view) this.view.show(true);
    else await vscode.commands.executeCommand(`${View.id}.focus`);
  }

  private async asked(message: FromPage): Promise<void> {
    if (message.kind === "ready") {
      this.shown = "";
      this.send();
    } else if (message.kind === "choose") this.jobs.choose(message.job);
    else if (message.kind === "command") await run(message.command);
    else await run(COMMANDS[message.kind], { job: message.job, number: "number" in message ? message.number : undefined });
  }

  private send(): void {
    if (!this.view) return;
    const chosen = this.jobs.chosen ?? null;
    this.post({ kind: "state", notice: this.session.notice(), jobs: this.jobs.all, chosen });
    void this.sendPictures(chosen);
  }

  private async sendPictures(job: JobInFull | null): Promise<void> {
    const key = job ? `${job.id} ${job.pictures.map((pair) => pair.after).join(" ")}` : "";
    if (!job || key === this.shown) return;
    this.shown = key;
    const pictures: Picture[] = [];
    for (const { prompt, before, after } of job.pictures.slice(0, PICTURES)) {
      const [left, right] = await Promise.all([read(before), read(after)]);
      if (left && right) pictures.push({ prompt, before: left, after: right });
    }
    this.post({ kind: "pictures", job: job.id, pictures });
  }

  private post(message: ToPage): void {
    void this.view?.webview.postMessage(message);
  }
}

const COMMANDS = {
  open: "diffagent.compare",
  apply: "diffagent.applyCandidate",
  cancel: "diffagent.cancelJob",
  report: "diffagent.openReport",
};
/** Commands that a notice in the page may ask for. */
const ALLOWED = new Set([
  "diffagent.install",
  "diffagent.chooseInterpreter",
  "diffagent.restart",
  "diffagent.accelerate",
  "workbench.trust.manage",
]);

async function run(command: string, argument?: unknown): Promise<void> {
  if (argument !== undefined || ALLOWED.has(command)) await vscode.commands.executeCommand(command, argument);
}

async function read(path: string): Promise<Uint8Array | undefined> {
  try {
    const file = vscode.Uri.file(path);
    const { size } = await vscode.workspace.fs.stat(file);
    if (size > MOST_BYTES) return undefined;
    return Uint8Array.from(await vscode.workspace.fs.readFile(file)); // a Buffer would arrive as JSON
  } catch {
    return undefined; // the report's folder has been tidied away
  }
}

function page(webview: vscode.Webview, root: vscode.Uri): string {
  const nonce = randomBytes(16).toString("base64");
  const script = webview.asWebviewUri(vscode.Uri.joinPath(root, "dist", "page.js"));
  const style = webview.asWebviewUri(vscode.Uri.joinPath(root, "media", "page.css"));
  const policy = [
    "default-src 'none'",
    "img-src blob:",
    `style-src ${webview.cspSource}`,
    `script-src 'nonce-${nonce}'`,
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <link rel="stylesheet" href="${style.toString()}">
  <title>DiffAgent</title>
</head>
<body>
  <main id="root"></main>
  <script nonce="${nonce}" src="${script.toString()}"></script>
</body>
</html>`;
}
