import type { Pool, Server } from '../../src/plan/proxy-plan.ts';

/** A server `a` of 10.0.0.1:3000, or otherwise. */
export const server = (changes: Partial<Server> = {}): Server => ({
  id: 'a',
  address: { kind: 'ip', host: '10.0.0.1', port: 3000 },
  cookie: '0123456789abcdef',
  weight: 1,
  state: 'ready',
  backup: false,
  ...changes,
});

/** An app `todos` with a cookie and those servers. */
export const pool = (servers: readonly Server[], changes: Partial<Pool> = {}): Pool => ({
  id: 'todos',
  path: '/',
  balance: 'least-connections',
  timeouts: { connect: 5_000, response: 60_000, websocket: 120_000 },
  limits: { body: 1_000 },
  nodeHeader: null,
  maintenance: undefined,
  sockjs: true,
  stickiness: {
    kind: 'cookie',
    cookie: { name: 'mlb_todos', sameSite: 'Lax', secure: false, maxAgeS: null, key: 'todos' },
  },
  health: { path: '/sockjs/info', host: 'localhost', interval: 2_000, timeout: 2_000, fall: 2, rise: 2 },
  assets: { cache: false },
  servers,
  ...changes,
});
