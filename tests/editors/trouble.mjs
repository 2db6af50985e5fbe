// Folders and set-ups in which it cannot work: it says what to do, and starts nothing.
import path from "node:path";
import { processes, sleep, until } from "./editor.mjs";

const toast = (editor, text) => editor.page.locator(".notification-toast", { hasText: text }).first();

export const TROUBLE = [
  ["an untrusted folder runs nothing", {
    settings: { "diffagent.interpreter": null },
    trust: false,
    work: async (editor, assert) => {
      assert.equal(await editor.ask("trusted"), false);
      await editor.file(path.join(editor.folder, "draw.py"));
      await until("active", () => editor.ask("active"));
      await editor.ask("run", { command: "diffagent.show" });
      const view = await editor.view();
      await until("the notice", () => view.getByText("not trusted").isVisible());
      await sleep(2000);
      assert.deepEqual(processes("diffagent_mcp"), []);
      await editor.ask("run", { command: "diffagent.accelerate", args: [{ uri: `file://${editor.folder}/draw.py` }] }).catch(() => undefined);
      await sleep(500);
      assert.deepEqual(processes("diffagent_mcp"), []);
      assert.equal((await editor.ask("tools")).filter((name) => /diffagent/i.test(name)).length, 0);
      await editor.picture("20-untrusted");
    },
  }],
  ["an untrusted folder with an interpreter of one's own is read", {
    settings: {},
    trust: false,
    work: async (editor, assert) => {
      await editor.file(path.join(editor.folder, "hints.py"));
      await until("diagnostics", async () => (await editor.ask("diagnostics")).some((one) => one.source === "diffagent"), 40);
      assert.deepEqual(processes("diffagent_mcp", "serve"), []);
      await editor.picture("21-untrusted-read");
    },
  }],
  ["a wrong interpreter is named, with what to do", {
    settings: { "diffagent.interpreter": "/nowhere/python" },
    work: async (editor) => {
      await editor.file(path.join(editor.folder, "draw.py"));
      await until("the sentence", () => toast(editor, "/nowhere/python").isVisible());
      await until("the button", () => toast(editor, "Choose Interpreter").isVisible());
      await editor.picture("22-wrong-interpreter");
    },
  }],
  ["an interpreter without DiffAgent: it asks before installing", {
    settings: { "diffagent.interpreter": "/usr/bin/python3" },
    work: async (editor, assert) => {
      await editor.file(path.join(editor.folder, "draw.py"));
      await until("the question", () => toast(editor, "not installed in").isVisible());
      assert.deepEqual(processes("-m pip install"), []);
      await editor.picture("23-not-installed");
    },
  }],
];
