// In a trusted folder, in the order in which a person does it.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { E, processes, sleep, until } from "./editor.mjs";

const draw = (editor) => path.join(editor.folder, "draw.py");
const lens = (editor, title) => editor.page.locator(".codelens-decoration a", { hasText: title }).first();

export const STEPS = [
  ["a file without diffusers starts nothing", async (editor, assert) => {
    await editor.file(path.join(editor.folder, "plain.py"));
    await until("active", () => editor.ask("active"));
    await sleep(1500);
    assert.deepEqual(processes("diffagent_mcp", "lsp"), []);
  }],
  ["a script that imports diffusers has hints, with quick fixes", async (editor, assert) => {
    await editor.file(path.join(editor.folder, "hints.py"));
    const hints = await until("diagnostics", async () => {
      const all = (await editor.ask("diagnostics")).filter((one) => one.source === "diffagent");
      return all.length > 0 && all;
    }, 40);
    assert.ok(hints.some((one) => one.message.includes("150 steps")), JSON.stringify(hints));
    await editor.picture("1-hints");
    await editor.ask("run", { command: "editor.action.marker.next" });
    await editor.ask("run", { command: "closeMarkersNavigation" });
    await editor.ask("run", { command: "editor.action.quickFix" });
    await until("a quick fix", () => editor.page.locator(".action-widget .action").first().isVisible());
    await editor.picture("2-quick-fix");
    await editor.press("Enter");
    await until("a change", async () => (await editor.ask("dirty")).length === 1);
    await editor.ask("saveAll");
  }],
  ["a notebook has its hints in its cells", async (editor, assert) => {
    const notebook = path.join(editor.folder, "cells.ipynb");
    await editor.ask("notebook", { path: notebook });
    const hints = await until("diagnostics of a cell", async () => {
      const all = (await editor.ask("diagnostics")).filter((one) => one.source === "diffagent");
      return all.filter((one) => one.uri.includes("cells.ipynb")).length > 0 && all;
    }, 40);
    const steps = hints.find((one) => one.uri.includes("cells.ipynb") && one.message.includes("150 steps"));
    assert.ok(steps && steps.line === 4, JSON.stringify(hints));
    await until("a lens in a cell", () => lens(editor, "Accelerate").isVisible(), 40);
    await editor.picture("2-notebook");
    await editor.ask("run", { command: "workbench.action.closeActiveEditor" });
  }],
  ["a call has lenses", async (editor) => {
    await editor.file(draw(editor));
    await until("a lens", () => lens(editor, "Accelerate").isVisible());
    await editor.picture("3-lenses");
  }],
  ["the lens Accelerate asks for the target and starts a search", async (editor, assert) => {
    await lens(editor, "Accelerate").click();
    const box = editor.page.locator(".quick-input-widget input").first();
    await until("the question", () => box.isVisible());
    await box.fill("much");
    await until("a complaint", () => editor.page.getByText("A number above 1").first().isVisible());
    await box.fill("2x");
    await editor.picture("4-target");
    await editor.press("Enter");
    const view = await editor.view();
    await until("the job in the view", () => view.locator(".job", { hasText: "optimize" }).isVisible(), 40);
    const marks = await until("progress in the status bar", () => editor.page.locator("[id='diffagent.diffagent.diffagent.status'], .statusbar-item", { hasText: "DiffAgent: optimize" }).first().isVisible());
    assert.ok(marks);
  }],
  ["candidates appear on the plot while it runs", async (editor) => {
    const view = await editor.view();
    await until("a point", async () => (await view.locator("svg .dot").count()) > 0, 240);
    await editor.picture("5-searching");
  }],
  ["the search ends with a winner and pictures", async (editor, assert) => {
    const view = await editor.view();
    await until("the winner", async () => (await view.locator("svg .dot.winner").count()) === 1, 400);
    await until("pictures", async () => {
      const sizes = await view.locator("figure img").evaluateAll((all) => all.map((one) => one.naturalWidth));
      return sizes.length > 0 && sizes.every((width) => width > 0);
    }, 60);
    const wide = await view.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    assert.ok(wide[0] <= wide[1], `the page is wider than the view: ${wide}`);
    await editor.picture("6-found");
  }],
  ["the view is used by keyboard, and Enter compares", async (editor, assert) => {
    const view = await editor.view();
    await view.locator("svg .dot[tabindex='0']").focus();
    const first = await view.evaluate(() => document.activeElement.getAttribute("data-key"));
    await editor.press("ArrowLeft");
    await editor.press("ArrowRight");
    assert.match(first, /^dot \d+$/);
    const unnamed = await view.locator("[role=button]:not([aria-label]), svg:not([aria-label])").count();
    assert.equal(unnamed, 0);
    await view.locator("svg .dot.winner").focus();
    await editor.press("Enter");
    await until("a diff editor", () => editor.page.locator(".monaco-diff-editor").isVisible());
    const tabs = await editor.ask("tabs");
    assert.ok(tabs.some((label) => label.includes("draw.py ↔ candidate")), String(tabs));
    await editor.picture("7-compare");
  }],
  ["applying asks first, and the applied file runs", async (editor, assert) => {
    const before = fs.readFileSync(draw(editor), "utf8");
    const view = await editor.view();
    await view.getByRole("button", { name: "Apply Winner" }).click();
    await until("the question", () => editor.page.locator(".monaco-dialog-box", { hasText: "Apply candidate" }).isVisible());
    await editor.picture("8-question");
    await editor.press("Escape");
    await sleep(500);
    assert.deepEqual(await editor.ask("dirty"), []);
    await editor.page.locator(".editor-actions").getByRole("button", { name: /Apply This Candidate/ }).first().click();
    await until("changed text", async () => {
      await editor.ask("saveAll");
      return fs.readFileSync(draw(editor), "utf8") !== before;
    });
    const zoo = { HF_HOME: path.join(process.env.DIFFAGENT_HOME, "zoo"), HF_HUB_OFFLINE: "1", OMP_NUM_THREADS: "1" };
    execFileSync(E.PYTHON, [draw(editor)], { cwd: editor.folder, env: { ...process.env, ...zoo }, stdio: "pipe" });
    assert.ok(fs.existsSync(path.join(editor.folder, "picture.png")));
    await editor.file(draw(editor));
    await editor.picture("9-applied");
  }],
  ["light and high contrast themes", async (editor) => {
    for (const [name, theme] of [["light", "Default Light Modern"], ["contrast", "Default High Contrast"]]) {
      await editor.ask("set", { key: "workbench.colorTheme", value: theme, global: true });
      await editor.picture(`10-${name}`);
    }
    await editor.ask("set", { key: "workbench.colorTheme", value: "Default Dark Modern", global: true });
  }],
  ["agent mode has the tools of the MCP server", async (editor, assert) => {
    await editor.ask("run", { command: "workbench.mcp.startServer", args: ["*"] }).catch(() => undefined);
    const tools = await until("MCP tools", async () => {
      const all = (await editor.ask("tools")).filter((name) => /diffagent/i.test(name));
      return all.length > 5 && all;
    }, 60);
    const analyze = tools.find((name) => name.endsWith("analyze"));
    const said = await editor.ask("invoke", { tool: analyze, input: { script: "draw.py" } });
    assert.match(said, /StableDiffusionPipeline/);
  }],
  ["@diffagent answers without a model's help and with the editor's model", async (editor, assert) => {
    const chat = async (query) => {
      await editor.ask("run", { command: "workbench.action.chat.open", args: [{ query, isPartialQuery: true }] });
      await sleep(1500);
      await editor.press("Enter");
    };
    await editor.ask("models");
    await editor.ask("run", { command: "workbench.action.chat.open" });
    await until("the model in the picker", () => editor.page.locator(".interactive-session", { hasText: "Echo" }).first().isVisible(), 40);
    await chat("@diffagent /explain");
    await until("an answer", () => editor.page.locator(".interactive-response", { hasText: "Expected, not measured" }).first().isVisible(), 40);
    await editor.picture("11-chat");
    await chat("@diffagent /explain why is it slow?");
    await until("the model's words", () => editor.page.locator(".interactive-response", { hasText: "The witness model read the facts" }).first().isVisible(), 40);
    const asked = await editor.ask("asked");
    assert.ok(asked.some((text) => text.includes("<facts>") && text.includes("why is it slow?")));
    await editor.picture("12-chat-with-model");
  }],
  ["@diffagent profiles and accelerates the script in front", async (editor) => {
    const answered = async (query, words, seconds) => {
      await editor.ask("run", { command: "workbench.action.chat.open", args: [{ query, isPartialQuery: true }] });
      await sleep(1500);
      await editor.press("Enter");
      await until(words, () => editor.page.locator(".interactive-response", { hasText: words }).last().isVisible(), seconds);
    };
    await editor.file(path.join(editor.folder, "again.py"));
    await answered("@diffagent /profile", "s an image", 120);
    await answered("@diffagent /accelerate 2x", "quality loss", 240);
    await editor.picture("13-chat-accelerate");
  }],
  ["the walkthrough shows its pages", async (editor) => {
    await editor.ask("run", { command: "workbench.action.openWalkthrough", args: ["diffagent.diffagent#start", false] });
    await until("its first step", () => editor.page.getByText("Have DiffAgent in a Python environment").first().isVisible(), 30);
    await editor.picture("14-walkthrough");
  }],
  ["a server that was killed comes back, and works", async (editor, assert) => {
    await editor.file(draw(editor));
    await until("lenses", () => lens(editor, "Profile").isVisible(), 40); // it has answered: only then it is started again
    const [old] = await until("the server", () => processes("diffagent_mcp", "lsp").length > 0 && processes("diffagent_mcp", "lsp"));
    process.kill(old, "SIGKILL");
    await until("a new server", () => processes("diffagent_mcp", "lsp").some((id) => id !== old), 40);
    await until("lenses again", () => lens(editor, "Profile").isVisible(), 40);
    await lens(editor, "Profile").click();
    const view = await editor.view();
    await until("the profile", () => view.locator(".job", { hasText: "profile" }).first().isVisible(), 60);
    assert.ok(!processes("diffagent_mcp", "lsp").includes(old));
    await until("its numbers", () => view.locator("dl dt").first().isVisible(), 300);
    await editor.picture("13-profile");
  }],
];
