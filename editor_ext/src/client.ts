import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  RevealOutputChannelOn,
  State as Running,
  type ErrorHandler,
  type LanguageClientOptions,
} from "vscode-languageclient/node";
import {
  ApplyWorkspaceEditRequest,
  MessageType,
  ShowMessageNotification,
  type ShowMessageParams,
} from "vscode-languageserver-protocol";
import { apply } from "./edits";
import type { CandidateCode, Job, JobInFull } from "./protocol";
import type { Interpreter } from "./interpreter";
import { forServer } from "./settings";

const RESTARTS = 4;
const WITHIN_MS = 3 * 60_000;

/** What the client tells the rest of the extension. */
export interface Heard {
  jobsChanged(): void;
  started(job: string): void;
  running(): void;
  gaveUp(): void;
}

/** How the language server is started. */
export interface Start {
  interpreter: Interpreter;
  cwd: string;
  env: Record<string, string>;
  restricted: boolean;
}

/** The language server as this extension uses it. */
export class Server {
  private readonly client: LanguageClient;
  /** It has answered once, and nobody has asked it to end: then it is started again where it ends. */
  private wanted = false;
  /** The person has seen the change that is being asked for. */
  private agreed = false;
  /** What the server says is told elsewhere, as in an answer of the chat. */
  private quiet = false;

  constructor(start: Start, heard: Heard, output: vscode.LogOutputChannel) {
    const again = handler(heard, () => this.wanted);
    this.client = new LanguageClient("diffagent", "DiffAgent", executable(start), options(start, heard, output, again));
    this.client.onNotification("diffagent/jobsChanged", () => heard.jobsChanged());
    this.client.onNotification(ShowMessageNotification.type, (said) => this.quiet || show(said));
    this.client.onRequest(ApplyWorkspaceEditRequest.type, (params) => apply(this.client, params, this.agreed));
    this.client.onDidChangeState(({ newState }) => newState === Running.Running && heard.running());
  }

  async start(): Promise<void> {
    await this.client.start();
    this.wanted = true;
  }

  async stop(): Promise<void> {
    this.wanted = false;
    if (this.client.needsStop()) await this.client.stop(5000).catch(() => undefined); // it may have died already
    await this.client.dispose().catch(() => undefined);
  }

  /** Ask for one of the server's commands. */
  async command<T>(name: string, argument: Record<string, unknown>): Promise<T> {
    return await this.client.sendRequest("workspace/executeCommand", { command: name, arguments: [argument] });
  }

  /** The same, where the person has agreed to the edit: it is not asked about once more. */
  async agreedCommand<T>(name: string, argument: Record<string, unknown>): Promise<T> {
    this.agreed = true;
    try {
      return await this.command<T>(name, argument);
    } finally {
      this.agreed = false;
    }
  }

  /** Do something without the messages that the server shows meanwhile. */
  async quietly<T>(work: () => Promise<T>): Promise<T> {
    this.quiet = true;
    try {
      return await work();
    } finally {
      this.quiet = false;
    }
  }

  async jobs(): Promise<Job[]> {
    return (await this.client.sendRequest<{ jobs: Job[] }>("diffagent/jobs", { most: 20 })).jobs;
  }

  async job(id: string): Promise<JobInFull> {
    return await this.client.sendRequest("diffagent/job", { job: id });
  }

  async candidate(job: string, number: number): Promise<CandidateCode> {
    return await this.client.sendRequest("diffagent/candidate", { job, number });
  }

  /** Tell the server settings that it can take over while it runs. */
  async configured(start: Start): Promise<void> {
    const settings = { diffagent: forServer(ofScripts(start.interpreter)) };
    await this.client.sendNotification("workspace/didChangeConfiguration", { settings });
  }
}

function show({ type, message }: ShowMessageParams): void {
  if (type === MessageType.Error) void vscode.window.showErrorMessage(message);
  else if (type === MessageType.Warning) void vscode.window.showWarningMessage(message);
  else void vscode.window.showInformationMessage(message);
}

/** The interpreter of the scripts, where it is known: the selected environment is the project's own. */
function ofScripts(interpreter: Interpreter): string | undefined {
  return interpreter.from === "the selected environment" ? interpreter.path : undefined;
}

function executable({ interpreter, cwd, env }: Start) {
  const args = ["-m", "diffagent_mcp", "lsp"];
  return { command: interpreter.path, args, options: { cwd, env: { ...process.env, ...env } } };
}

function options(
  start: Start,
  heard: Heard,
  output: vscode.LogOutputChannel,
  errorHandler: ErrorHandler,
): LanguageClientOptions {
  return {
    documentSelector: [
      { language: "python", scheme: "file" },
      { language: "python", notebook: "jupyter-notebook" },
    ],
    outputChannel: output,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationOptions: {
      ...forServer(ofScripts(start.interpreter)),
      restricted: start.restricted,
      accelerateCommand: "diffagent.accelerate",
    },
    initializationFailedHandler: () => false,
    errorHandler,
    middleware: {
      executeCommand: async (command, args, next) => {
        const answer: unknown = await next(command, args);
        const job = (answer as { job?: unknown } | null | undefined)?.job;
        if (typeof job === "string") heard.started(job);
        return answer;
      },
    },
  };
}

/** Start a server again that ends by itself, unless it keeps ending. */
function handler(heard: Heard, wanted: () => boolean): ErrorHandler {
  const ends: number[] = [];
  return {
    error: () => ({ action: ErrorAction.Continue, handled: true }),
    closed: () => {
      if (!wanted()) return { action: CloseAction.DoNotRestart, handled: true };
      const now = Date.now();
      ends.push(now);
      if (ends.filter((at) => now - at < WITHIN_MS).length <= RESTARTS) {
        return { action: CloseAction.Restart, handled: true };
      }
      heard.gaveUp();
      return { action: CloseAction.DoNotRestart, handled: true };
    },
  };
}
