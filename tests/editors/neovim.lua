-- Neovim, headless: what a person does by hand, written down as JSON. From the environment: COMMAND, SCRIPT, OUT.
local command = vim.split(os.getenv("COMMAND"), " ")
local out = { codes = {} }

local function done(why)
  out.why = why
  local file = assert(io.open(os.getenv("OUT"), "w"))
  file:write(vim.fn.json_encode(out))
  file:close()
  vim.cmd("qa!")
end

local function asked(client, method, params)
  local answer = client.request_sync(method, params, 20000, 0)
  if not answer or answer.err then
    done(method .. ": " .. vim.inspect(answer))
  end
  return answer.result
end

vim.cmd("edit " .. os.getenv("SCRIPT"))
local id = vim.lsp.start_client({
  name = "diffagent",
  cmd = command,
  root_dir = vim.fn.fnamemodify(os.getenv("SCRIPT"), ":h"),
})
vim.lsp.buf_attach_client(0, id)
if not vim.wait(20000, function()
  return #vim.diagnostic.get(0) > 0
end, 50) then
  done("no diagnostics came")
end
for _, one in ipairs(vim.diagnostic.get(0)) do
  table.insert(out.codes, one.user_data and one.user_data.lsp.code or one.code or one.message)
end

local client = vim.lsp.get_client_by_id(id)
local uri = vim.uri_from_bufnr(0)
local document = { uri = uri }
local function at(line, column)
  local place = { line = line, character = column }
  return { start = place, ["end"] = place }
end

out.hover = asked(client, "textDocument/hover", { textDocument = document, position = { line = 6, character = 9 } }).contents.value
out.lenses = #asked(client, "textDocument/codeLens", { textDocument = document })
local range = at(4, 20)
local actions = asked(client, "textDocument/codeAction", {
  textDocument = document,
  range = range,
  context = { diagnostics = {} },
})
for _, action in ipairs(actions) do
  if action.kind == "quickfix" then
    vim.lsp.util.apply_workspace_edit(action.edit, client.offset_encoding)
    break
  end
end
out.fixed = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n")
for _, action in ipairs(asked(client, "textDocument/codeAction", {
  textDocument = document,
  range = at(6, 9),
  context = { diagnostics = {} },
})) do
  if action.title == "DiffAgent: apply DeepCache to pipe" then
    local whole = asked(client, "codeAction/resolve", action)
    vim.lsp.util.apply_workspace_edit(whole.edit, client.offset_encoding)
    break
  end
end
out.accelerated = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n")
vim.wait(500) -- it tells the server of changes a little later
out.reverted = asked(client, "workspace/executeCommand", { command = "diffagent.revert", arguments = { { uri = uri } } })
vim.wait(2000, function()
  return not table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n"):find("deepcache_helper")
end, 50)
out.after = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n")
done("all was asked")
