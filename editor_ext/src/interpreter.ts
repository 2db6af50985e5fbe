import { execFile } from "node:child_process";
import * as os from "node:os";
import * as vscode from "vscode";
import type { PythonExtension } from "@vscode/python-extension";
import type { PythonEnvironmentApi } from "@vscode/python-environments";
import { whole } from "./settings";

/** The Python that runs DiffAgent, and who named it. */
export interface Interpreter {
  path: string;
  from: "the setting diffagent.interpreter" | "the selected environment" | "the PATH";
}

/** What was found when an interpreter was asked whether it has DiffAgent. */
export type Probe =
  | { kind: "ready"; version: string }
  | { kind: "absent"; sentence: string; missing: string[] }
  | { kind: "wrong"; sentence: string };

const NEEDED = ["diffagent_mcp", "pygls", "watchdog", "mcp"];
const ASK = `
import importlib.util as u, json, sys
from importlib import metadata
missing = [m for m in ${JSON.stringify(NEEDED)} if u.find_spec(m) is None]
try: version = metadata.version("diffagent-mcp")
except metadata.PackageNotFoundError: version = ""
print(json.dumps({"python": list(sys.version_info[:2]), "missing": missing, "version": version}))`;
const SECONDS = 30;

/** Which interpreter runs DiffAgent. In an untrusted folder only one that the person's own settings name. */
export async function find(resource?: vscode.Uri): Promise<Interpreter | undefined> {
  const set = vscode.workspace.getConfiguration("diffagent").get<string | null>("interpreter");
  if (set) return { path: whole(set), from: "the setting diffagent.interpreter" };
  if (!vscode.workspace.isTrusted) return undefined;
  const selected = (await fromEnvironments(resource)) ?? (await fromPython(resource));
  if (selected) return { path: selected, from: "the selected environment" };
  return { path: os.platform() === "win32" ? "python" : "python3", from: "the PATH" };
}

/** Ask an interpreter whether DiffAgent is there. Nothing of the folder is imported: it runs elsewhere. */
export function probe(interpreter: Interpreter, cwd: string): Promise<Probe> {
  return new Promise((resolve) => {
    execFile(interpreter.path, ["-c", ASK], { cwd, timeout: SECONDS * 1000 }, (error, stdout, stderr) => {
      resolve(error ? wrong(interpreter, error, stderr) : read(interpreter, stdout));
    });
  });
}

/** Calls back when another environment has been selected in either of the Python extensions. */
export async function watch(changed: () => void): Promise<vscode.Disposable> {
  const environments = await exported<PythonEnvironmentApi>("ms-python.vscode-python-envs");
  const python = await exported<PythonExtension>("ms-python.python");
  return vscode.Disposable.from(
    environments?.onDidChangeEnvironment(changed) ?? { dispose: () => undefined },
    python?.environments.onDidChangeActiveEnvironmentPath(changed) ?? { dispose: () => undefined },
  );
}

function wrong(interpreter: Interpreter, error: Error, stderr: string): Probe {
  const last = stderr.trim().split("\n").at(-1);
  const why = "code" in error && error.code === "ENOENT" ? "there is no such file" : last || error.message;
  const sentence = `${interpreter.path}, from ${interpreter.from}, does not run: ${why}. Choose another interpreter.`;
  return { kind: "wrong", sentence };
}

function read(interpreter: Interpreter, stdout: string): Probe {
  let said: { python: [number, number]; missing: string[]; version: string };
  try {
    said = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  } catch {
    return { kind: "wrong", sentence: `${interpreter.path} is no Python interpreter. Choose another interpreter.` };
  }
  const [major, minor] = said.python;
  if (major < 3 || minor < 10) {
    const old = `${interpreter.path} is Python ${major}.${minor}; DiffAgent needs 3.10. Choose another interpreter.`;
    return { kind: "wrong", sentence: old };
  }
  if (said.missing.length === 0) return { kind: "ready", version: said.version };
  const parts = `${said.missing.join(", ")} of DiffAgent ${said.missing.length > 1 ? "are" : "is"}`;
  const what = said.missing.includes("diffagent_mcp") ? "DiffAgent is" : parts;
  const sentence = `${what} not installed in ${interpreter.path}. Install it, or choose another interpreter.`;
  return { kind: "absent", missing: said.missing, sentence };
}

async function fromEnvironments(resource?: vscode.Uri): Promise<string | undefined> {
  const api = await exported<PythonEnvironmentApi>("ms-python.vscode-python-envs");
  return (await api?.getEnvironment(resource))?.execInfo.run.executable;
}

async function fromPython(resource?: vscode.Uri): Promise<string | undefined> {
  const api = await exported<PythonExtension>("ms-python.python");
  if (!api) return undefined;
  const environment = await api.environments.resolveEnvironment(api.environments.getActiveEnvironmentPath(resource));
  return environment?.executable.uri?.fsPath;
}

async function exported<T>(id: string): Promise<T | undefined> {
  const extension = vscode.extensions.getExtension<T>(id);
  if (!extension) return undefined;
  try {
    return extension.isActive ? extension.exports : await extension.activate();
  } catch {
    return undefined; // it failed to start, which its own extension has told the person
  }
}
