import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../test/support/meteor-node.mjs', import.meta.url));

/** A Meteor process that can be killed and started again on its port. It ends when its stdin does, and so with us. */
export function createMeteorNode({ id, port, journal }) {
  const node = { id, port, running: false, state: 'ready', requests: 0 };
  let child = null;

  const start = async () => {
    if (child) return;
    const process = run(id, port);
    child = process;
    process.once('exit', (code, signal) => {
      child = null;
      node.running = false;
      journal.add(signal ? `Node ${id} was killed (${signal})` : `Node ${id} has ended (exit code ${code})`);
    });
    await Promise.race([once(process.stdout, 'data'), once(process, 'exit')]);
    if (child !== process) throw new Error(`node ${id} does not start on port ${port}`);
    node.running = true;
    journal.add(`Node ${id} is running`);
  };

  const end = async (how) => {
    if (!child) return;
    const ended = once(child, 'exit');
    how(child);
    await ended;
  };
  return Object.assign(node, {
    start,
    kill: () => end((process) => process.kill('SIGKILL')),
    stop: () => end((process) => process.stdin.end()),
  });
}

function run(id, port) {
  return spawn(process.execPath, [SCRIPT, '--id', id, '--port', String(port)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, HTTP_FORWARDED_COUNT: '1' },
  });
}
