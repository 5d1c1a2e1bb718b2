import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Complaint } from './complaint.mjs';
import { followFile } from './follow-file.mjs';

const KEEPER = fileURLToPath(new URL('keeper.mjs', import.meta.url));
const START_MS = 10_000;

/** A proxy in the hands of a keeper, which ends it and removes its folder when we stop or die. */
export function createProxy({ folder, accessLog, onLine, fail }) {
  // In a session of its own: Ctrl-C in the terminal reaches us alone, and we say when.
  const keeper = spawn(process.execPath, [KEEPER, folder], { detached: true, stdio: 'pipe' });
  const output = [];
  let stopping = false;
  let following = { stop: () => {} };
  const tell = (order) => keeper.stdin.write(`${JSON.stringify(order)}\n`);

  keeper.stdin.on('error', () => {}); // it has ended, which `exit` tells
  keeper.stderr.on('data', (chunk) => output.splice(0, output.length - 20, chunk.toString()));
  createInterface({ input: keeper.stdout }).on('line', onLine);
  keeper.once('exit', () => {
    if (!stopping) fail(new Complaint(`The proxy has ended:\n${output.join('')}`));
  });

  return {
    start: async (command, port) => {
      tell({ run: command });
      await listening(port, () => output.join(''));
      if (accessLog) following = followFile(accessLog, onLine);
    },
    signal: (name) => tell({ signal: name }),
    stop: async () => {
      stopping = true;
      following.stop();
      if (keeper.exitCode !== null || keeper.signalCode !== null) return;
      const ended = once(keeper, 'exit');
      keeper.stdin.end();
      await ended;
    },
  };
}

async function listening(port, output) {
  const deadline = Date.now() + START_MS;
  while (!(await accepts(port))) {
    if (Date.now() > deadline) throw new Complaint(`The proxy does not listen on port ${port}:\n${output()}`);
    await pause(20);
  }
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
