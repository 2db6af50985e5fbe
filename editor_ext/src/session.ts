import * as vscode from "vscode";
import { Server, type Start } from "./client";
import * as install from "./install";
import * as interpreters from "./interpreter";
import type { Interpreter } from "./interpreter";
import type { Notice } from "./protocol";
import { environment } from "./settings";

/** Where the extension stands. */
export type Standing =
  | { kind: "idle" | "starting" | "ready" | "reading" }
  | { kind: "restricted" | "absent" | "wrong" | "failed"; sentence: string };

const IMPORTS_DIFFUSERS = /^[ \t]*(?:from|import)[ \t][^\n#]*\bdiffusers\b/m;
const LOOKED_AT = 200_000;
const UNTRUSTED = "This folder is not trusted, so nothing is started. Trust it to use DiffAgent.";

const SCHEMES = ["file", "vscode-notebook-cell"];

/** Whether DiffAgent has anything to say about a document, which may be a cell of a notebook. */
export function isOurs(document: vscode.TextDocument | undefined): document is vscode.TextDocument {
  if (document?.languageId !== "python" || !SCHEMES.includes(document.uri.scheme)) return false;
  return IMPORTS_DIFFUSERS.test(document.getText().slice(0, LOOKED_AT));
}

/** The interpreter and the language server of this window: found, started, restarted, ended. */
export class Session implements vscode.Disposable {
  server: Server | undefined;
  standing: Standing = { kind: "idle" };
  private start_: Start | undefined;
  private queue: Promise<void> = Promise.resolve();
  private readonly changes = new vscode.EventEmitter<void>();
  private readonly jobs = new vscode.EventEmitter<string | undefined>();
  /** The standing has changed. */
  readonly onChange = this.changes.event;
  /** Jobs have changed; with an id, that job was started here. */
  readonly onJobs = this.jobs.event;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly output: vscode.LogOutputChannel,
  ) {}

  /** Start what is not started yet. */
  start(): Promise<void> {
    return this.inTurn(async () => {
      if (!this.server) await this.begin();
    });
  }

  /** End the server and start anew, with the interpreter that is chosen now. */
  restart(): Promise<void> {
    return this.inTurn(async () => {
      await this.end();
      await this.begin();
    });
  }

  /** The server; says why there is none and throws where there is none. */
  async ready(): Promise<Server> {
    if (!vscode.workspace.isTrusted) throw new Error(UNTRUSTED);
    await this.start();
    if (this.server && this.standing.kind === "ready") return this.server;
    throw new Error("sentence" in this.standing ? this.standing.sentence : "DiffAgent has not started yet. Try again.");
  }

  /** The interpreter that has DiffAgent, and which version; undefined where there is none. */
  async usable(): Promise<{ interpreter: Interpreter; version: string } | undefined> {
    const interpreter = await interpreters.find(this.folder());
    if (!interpreter) return undefined;
    const probe = await interpreters.probe(interpreter, this.context.extensionPath);
    return probe.kind === "ready" ? { interpreter, version: probe.version } : undefined;
  }

  /** What the view says in place of jobs, and what helps. */
  notice(): Notice | null {
    const { kind } = this.standing;
    if (!("sentence" in this.standing)) {
      return kind === "idle" ? { sentence: "Open a Python file that imports diffusers." } : null;
    }
    const { sentence } = this.standing;
    if (kind === "restricted") return { sentence, command: "workbench.trust.manage", button: "Manage Workspace Trust" };
    if (kind === "absent") return { sentence, command: "diffagent.install", button: "Install" };
    if (kind === "wrong") return { sentence, command: "diffagent.chooseInterpreter", button: "Choose Interpreter" };
    return { sentence, command: "diffagent.restart", button: "Restart" };
  }

  /** Tell a running server settings that need no new start. */
  async configured(): Promise<void> {
    if (this.server && this.start_) await this.server.configured(this.start_);
  }

  /** Ask to install DiffAgent where it is missing; says so where it is not. */
  async install(): Promise<void> {
    const interpreter = await interpreters.find(this.folder());
    if (!interpreter || !vscode.workspace.isTrusted) throw new Error(UNTRUSTED);
    const probe = await interpreters.probe(interpreter, this.context.extensionPath);
    if (probe.kind === "wrong") throw new Error(probe.sentence);
    const here = `DiffAgent ${probe.kind === "ready" ? probe.version : ""} is installed in ${interpreter.path}.`;
    if (probe.kind === "ready") await vscode.window.showInformationMessage(here);
    else await install.offer(interpreter, probe.sentence, () => void this.restart());
  }

  dispose(): void {
    void this.end();
    this.changes.dispose();
    this.jobs.dispose();
  }

  private async begin(): Promise<void> {
    this.stand({ kind: "starting" });
    const interpreter = await interpreters.find(this.folder());
    if (!interpreter) return this.stand({ kind: "restricted", sentence: UNTRUSTED });
    const probe = await interpreters.probe(interpreter, this.context.extensionPath);
    if (probe.kind !== "ready") {
      this.output.warn(probe.sentence);
      this.stand({ kind: probe.kind, sentence: probe.sentence });
      void this.complain(interpreter, probe);
      return;
    }
    await this.launch(interpreter, probe.version);
  }

  private async launch(interpreter: Interpreter, version: string): Promise<void> {
    const restricted = !vscode.workspace.isTrusted;
    const env = environment(this.context.extension);
    this.start_ = { interpreter, cwd: this.context.extensionPath, env, restricted };
    this.output.info(`DiffAgent ${version} of ${interpreter.path}, from ${interpreter.from}`);
    const server = new Server(this.start_, this.heard(restricted), this.output);
    try {
      await server.start();
      this.server = server;
      this.stand(restricted ? { kind: "reading" } : { kind: "ready" });
    } catch (error) {
      await server.stop();
      const why = error instanceof Error ? error.message : String(error);
      this.stand({ kind: "failed", sentence: `The language server did not start: ${why} The output says more.` });
    }
  }

  private heard(restricted: boolean) {
    return {
      jobsChanged: () => this.jobs.fire(undefined),
      started: (job: string) => this.jobs.fire(job),
      running: () => this.server && this.stand({ kind: restricted ? "reading" : "ready" }),
      gaveUp: () => {
        this.server = undefined;
        this.stand({ kind: "failed", sentence: "The language server ended five times in a row. The output says why." });
      },
    };
  }

  private async complain(interpreter: Interpreter, probe: { kind: "absent" | "wrong"; sentence: string }): Promise<void> {
    if (!vscode.workspace.isTrusted) return;
    if (probe.kind === "absent") {
      await install.offer(interpreter, probe.sentence, () => void this.restart());
    } else if ((await vscode.window.showErrorMessage(probe.sentence, "Choose Interpreter")) !== undefined) {
      await install.choose();
    }
  }

  private async end(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    await server?.stop();
  }

  private folder(): vscode.Uri | undefined {
    return vscode.workspace.workspaceFolders?.[0]?.uri;
  }

  private stand(standing: Standing): void {
    this.standing = standing;
    this.changes.fire();
  }

  /** One start or end at a time, in the order in which they were asked for. */
  private inTurn(work: () => Promise<void>): Promise<void> {
    this.queue = this.queue.then(work, work);
    return this.queue;
  }
}
