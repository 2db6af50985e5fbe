// The TypeScript SDK as a client: progress keeps a long call alive, silence does not, and an abort ends the wait.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

const [python, examples] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "diffagent-client-"));
cpSync(join(examples, "sd15_text2img.py"), join(folder, "draw.py"));
writeFileSync(join(folder, "slow.py"), `import time\ntime.sleep(300)\n${"from diffusers import StableDiffusionPipeline\n"}` +
  'pipe = StableDiffusionPipeline.from_pretrained("a/b")\npipe("a")\n');
const client = new Client({ name: "test", version: "1" });
await client.connect(new StdioClientTransport({
  command: python,
  args: ["-m", "diffagent_mcp", "serve", "--models", "zoo", "--workspace", folder],
  env: { ...process.env, DIFFAGENT_HOME: join(folder, "home") },
}));
const call = (name, given, options) => client.callTool({ name, arguments: given }, undefined, options);
try {
  const said = await call("analyze", { script: "draw.py" });
  assert.equal(said.structuredContent.pipelines[0].pipeline_class, "StableDiffusionPipeline");

  let heard = 0;
  const started = Date.now();
  const waited = await call("debug", { script: "slow.py" }, {
    timeout: 8000, resetTimeoutOnProgress: true, onprogress: () => { heard += 1; },
  });
  assert.equal(waited.structuredContent.state, "running");
  assert.ok(Date.now() - started > 40000 && heard >= 8, `${heard} signs of life in ${Date.now() - started} ms`);

  const { job } = waited.structuredContent;
  await assert.rejects(call("job", { job, action: "wait" }, { timeout: 2000 }), /timed out/i);
  const abort = new AbortController();
  setTimeout(() => abort.abort("enough"), 1000);
  await assert.rejects(call("job", { job, action: "wait" }, { signal: abort.signal }), /enough|abort/i);
  const ended = await call("job", { job, action: "cancel" });
  assert.equal(ended.structuredContent.state, "cancelled");
  console.log(`${heard} signs of life in 45 s; a time-out and an abort leave the server at work; the job is cancelled`);
} finally {
  await client.close();
  rmSync(folder, { recursive: true, force: true });
}
