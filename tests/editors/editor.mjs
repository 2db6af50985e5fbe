// A real editor (code-server) and a browser in front of it.
import { spawn, execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";

export const E = Object.fromEntries(["FOLDER", "CACHE", "BROWSER", "VSIX", "ROOT", "PYTHON", "PICTURES"].map((k) => [k, process.env[`E_${k}`]]));
const { chromium } = createRequire(path.join(E.CACHE, "package.json"))("playwright-core");
const SERVER = path.join(E.CACHE, "node_modules/code-server/out/node/entry.js");
const EXTENSIONS = path.join(E.FOLDER, "extensions");

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const servers = new Set();
function endServers() {
  for (const id of servers) {
    try {
      process.kill(-id, "SIGTERM"); // its own group: server, extension host, language server
    } catch { /* it has ended */ }
  }
  servers.clear();
}
process.on("exit", endServers);
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => process.exit(1));

/** Wait until `look` gives something true; fails with `what` after the seconds. */
export async function until(what, look, seconds = 30) {
  const end = Date.now() + seconds * 1000;
  let last;
  while (Date.now() < end) {
    try {
      const found = await look();
      if (found) return found;
      last = found;
    } catch (error) {
      last = error;
    }
    await sleep(250);
  }
  throw new Error(`not within ${seconds} s: ${what}; last: ${String(last).slice(0, 400)}`);
}

function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Install our extension and the witness once for the whole run. */
export function install() {
  const witness = path.join(E.FOLDER, "witness.vsix");
  const vsce = path.join(E.ROOT, "editor_ext/node_modules/@vscode/vsce/vsce");
  const at = { cwd: path.join(E.ROOT, "tests/editors/witness"), stdio: "pipe" };
  execFileSync(process.execPath, [vsce, "package", "--no-dependencies", "--allow-missing-repository", "--skip-license", "--out", witness], at);
  for (const vsix of [E.VSIX, witness]) {
    execFileSync(process.execPath, [SERVER, "--install-extension", vsix, "--extensions-dir", EXTENSIONS, "--user-data-dir", path.join(E.FOLDER, "user0")], { stdio: "pipe" });
  }
}

/** One window of an editor on a folder, with its own settings. */
export class Editor {
  static async open(name, workspace, settings, { trust = true, environment = {} } = {}) {
    const editor = new Editor();
    editor.name = name;
    editor.user = path.join(E.FOLDER, `user-${name}`);
    fs.mkdirSync(path.join(editor.user, "User"), { recursive: true });
    const usual = {
      "workbench.startupEditor": "none",
      "workbench.secondarySideBar.defaultVisibility": "hidden",
      "chat.disableAIFeatures": false,
      "window.restoreWindows": "none",
      "editor.minimap.enabled": false,
      "security.workspace.trust.startupPrompt": "never",
      "workbench.colorTheme": "Default Dark Modern",
      "remote.autoForwardPorts": false,
      "chat.mcp.autostart": "newAndOutdated",
    };
    fs.writeFileSync(path.join(editor.user, "User/settings.json"), JSON.stringify(usual));
    // settings of the machine are not taken from the browser's side
    fs.mkdirSync(path.join(editor.user, "Machine"), { recursive: true });
    fs.writeFileSync(path.join(editor.user, "Machine/settings.json"), JSON.stringify(settings));
    const [port, door] = [await freePort(), await freePort()];
    editor.door = door;
    const args = [SERVER, "--auth", "none", "--bind-addr", `127.0.0.1:${port}`, "--disable-telemetry", "--disable-update-check", "--extensions-dir", EXTENSIONS, "--user-data-dir", editor.user];
    if (trust) args.push("--disable-workspace-trust");
    editor.process = spawn(process.execPath, [...args, workspace], {
      env: { ...process.env, ...environment, DIFFAGENT_WITNESS_PORT: String(door) },
      stdio: ["ignore", fs.openSync(path.join(E.FOLDER, `${name}.log`), "w"), "inherit"],
      detached: true,
    });
    servers.add(editor.process.pid);
    await until("code-server answers", async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).ok, 60);
    const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
    editor.context = await chromium.launchPersistentContext(path.join(E.FOLDER, `browser-${name}`), {
      executablePath: E.BROWSER, headless: true, args: flags, viewport: { width: 1360, height: 860 },
    });
    editor.page = editor.context.pages()[0] ?? (await editor.context.newPage());
    await editor.page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(workspace)}`);
    await until("the workbench", () => editor.page.locator(".monaco-workbench").isVisible(), 60);
    await until("the witness", () => editor.ask("trusted").then(() => true), 60);
    return editor;
  }

  /** Ask the witness, an extension in the same host. */
  async ask(question, body = {}) {
    const reply = await fetch(`http://127.0.0.1:${this.door}/${question}`, { method: "POST", body: JSON.stringify(body), signal: AbortSignal.timeout(60_000) });
    const said = await reply.json();
    if (!reply.ok) throw new Error(said);
    return said;
  }

  async file(name) {
    await this.ask("open", { path: name });
    await until("the file is shown", () => this.page.locator(`.tab[data-resource-name="${path.basename(name)}"]`).first().isVisible());
  }

  /** The page of our view, which lies in two frames. */
  async view() {
    return await until("the DiffAgent view", async () => {
      for (const frame of this.page.frames()) {
        if (await frame.locator("main#root .chosen").count().catch(() => 0)) return frame;
      }
    });
  }

  async press(keys) {
    await this.page.keyboard.press(keys);
  }

  async picture(name) {
    await sleep(700);
    await this.page.screenshot({ path: path.join(E.PICTURES, `${name}.png`) });
  }

  async close() {
    await this.context?.close().catch(() => undefined);
    endServers();
    for (const id of processes("diffagent_mcp")) process.kill(id, "SIGTERM"); // jobs outlive their server
    await sleep(500);
  }
}

/** The processes whose command line holds all of these words; only those of this run's own servers. */
export function processes(...words) {
  return fs.readdirSync("/proc").filter((id) => /^\d+$/.test(id)).filter((id) => {
    try {
      const line = fs.readFileSync(`/proc/${id}/cmdline`, "utf8").replaceAll("\0", " ");
      const own = fs.readFileSync(`/proc/${id}/environ`, "utf8").includes(`E_FOLDER=${E.FOLDER}`);
      return own && words.every((word) => line.includes(word));
    } catch {
      return false;
    }
  }).map(Number);
}
