// Tests only. A language model that repeats what it was asked about, and a door to the editor's own state on 127.0.0.1.
const http = require("node:http");
const vscode = require("vscode");

const asked = [];

const MODEL = {
  provideLanguageModelChatInformation: () => [
    {
      id: "echo", name: "Echo", family: "echo", version: "1", maxInputTokens: 100000, maxOutputTokens: 1000,
      isDefault: true, isUserSelectable: true, capabilities: { toolCalling: true, imageInput: false },
    },
  ],
  provideLanguageModelChatResponse: async (_model, messages, _options, progress) => {
    const text = messages.flatMap((m) => m.content.map((part) => part.value ?? "")).join("\n");
    asked.push(text);
    progress.report(new vscode.LanguageModelTextPart(`The witness model read ${text.includes("<facts>") ? "the facts" : "no facts"}.`));
  },
  provideTokenCount: async (_model, text) => String(text).length,
};

const QUESTIONS = {
  tools: () => vscode.lm.tools.map((tool) => tool.name),
  models: async () => (await vscode.lm.selectChatModels()).map((model) => model.id),
  asked: () => asked,
  commands: async () => (await vscode.commands.getCommands(true)).filter((name) => name.startsWith("diffagent.")),
  active: () => vscode.extensions.getExtension("diffagent.diffagent")?.isActive ?? null,
  trusted: () => vscode.workspace.isTrusted,
  diagnostics: () =>
    vscode.languages.getDiagnostics().flatMap(([uri, all]) => all.map((d) => ({ uri: uri.toString(), source: d.source, message: d.message, line: d.range.start.line }))),
  dirty: () => vscode.workspace.textDocuments.filter((d) => d.isDirty).map((d) => d.uri.fsPath),
  tabs: () => vscode.window.tabGroups.all.flatMap((group) => group.tabs.map((tab) => tab.label)),
  saveAll: () => vscode.workspace.saveAll(),
  open: async ({ path }) => void (await vscode.window.showTextDocument(vscode.Uri.file(path), { preview: false })),
  notebook: async ({ path }) =>
    void (await vscode.window.showNotebookDocument(await vscode.workspace.openNotebookDocument(vscode.Uri.file(path)))),
  run: ({ command, args }) => vscode.commands.executeCommand(command, ...(args ?? [])),
  set: ({ key, value, global }) => vscode.workspace.getConfiguration().update(key, value, global ? 1 : 2),
  invoke: async ({ tool, input }) => {
    const reply = await vscode.lm.invokeTool(tool, { input, toolInvocationToken: undefined });
    return reply.content.map((part) => part.value ?? "").join("\n");
  },
};

exports.activate = (context) => {
  context.subscriptions.push(vscode.lm.registerLanguageModelChatProvider("witness", MODEL));
  const port = Number(process.env.DIFFAGENT_WITNESS_PORT);
  const server = http.createServer((request, response) => {
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", async () => {
      try {
        const said = await QUESTIONS[request.url.slice(1)](body ? JSON.parse(body) : {});
        response.end(JSON.stringify(said ?? null));
      } catch (error) {
        response.statusCode = 500;
        response.end(JSON.stringify(String(error)));
      }
    });
  });
  server.listen(port, "127.0.0.1");
  context.subscriptions.push({ dispose: () => server.close() });
};
