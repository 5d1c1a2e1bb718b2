// Runs the demo's proxy. When the demo is gone, however it went, stdin ends: the proxy is stopped then, and the folder
// is removed. Orders come as lines of JSON: {"run": [binary, ...args]}, {"signal": "SIGHUP"}.

import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

const PATIENCE_MS = 3_000;

const [folder] = process.argv.slice(2);
let proxy = null;

createInterface({ input: process.stdin })
  .on('line', (line) => obey(JSON.parse(line)))
  .on('close', leave);
process.on('SIGTERM', leave).on('SIGINT', leave).on('SIGHUP', leave);

function obey({ run, signal }) {
  if (signal) proxy?.kill(signal);
  if (!run) return;
  proxy = spawn(run[0], run.slice(1), { detached: true, stdio: ['ignore', 'inherit', 'inherit'] });
  proxy.once('exit', clean).once('error', clean);
}

function leave() {
  if (!proxy) return clean();
  proxy.kill('SIGTERM');
  setTimeout(clean, PATIENCE_MS);
}

function clean() {
  endGroup();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.exit();
}

/** Workers that outlived their master. */
function endGroup() {
  try {
    if (proxy?.pid) process.kill(-proxy.pid, 'SIGKILL');
  } catch {
    // none did
  }
}
