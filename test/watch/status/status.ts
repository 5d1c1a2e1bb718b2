import type { OutputStatus, WatchStatus } from '../../../src/watch/status/status-model.ts';

/** One proxy and one app that are well, but for what is given. */
export const outputStatus = (changes: Partial<OutputStatus> = {}): OutputStatus => ({
  target: 'nginx',
  file: '/etc/nginx/nginx.conf',
  generation: '3f2a',
  state: 'ok',
  problem: null,
  lastSuccessMs: 10_000,
  lastChange: null,
  oldWorkers: 0,
  nodes: { ready: 3, drain: 1, down: 0 },
  ...changes,
});

export const watchStatus = (changes: Partial<WatchStatus> = {}): WatchStatus => ({
  outputs: [outputStatus()],
  apps: [{ app: 'todos', nodes: { ready: 3, drain: 1, down: 0 } }],
  guards: [],
  sources: [{ name: 'file nodes.yaml', ok: true, failures: 0, problem: null }],
  ...changes,
});
