import { once } from 'node:events';
import { createServer } from 'node:http';
import { createEventStream } from './event-stream.mjs';
import { readPageFile } from './page-files.mjs';

const COOKIE = 'mlb_todos';

/** The server behind /_demo: the page, what it shows, and what its buttons do. */
export async function serveControl({ port, cluster, visitors, journal }) {
  const stream = createEventStream(() => view(cluster, visitors, journal), journal);

  const pages = {
    'GET /': (_request, response) => send(response, 200, ...readPageFile('index.html')),
    'GET /events': stream.add,
    'GET /cookie': ({ headers }, response) => sendJson(response, { name: COOKIE, value: cookieOf(headers) }),
    'GET /cluster.yaml': (_request, response) => send(response, 200, 'text/plain', cluster.description()),
    [`GET /${cluster.file}`]: (_request, response) => send(response, 200, 'text/plain', cluster.text()),
  };
  const actions = {
    'POST /cookie/forget': (response) =>
      response.setHeader('Set-Cookie', `${COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax`),
    'POST /visitors/open': () => visitors.open(20),
    'POST /visitors/close': visitors.stop,
    ...Object.fromEntries(cluster.nodes.flatMap((node) => nodeActions(cluster, node))),
  };

  const answer = async (request, response) => {
    const { pathname } = new URL(request.url, 'http://demo.invalid');
    if (pathname === '/_demo') return response.writeHead(302, { Location: '/_demo/' }).end();
    const key = `${request.method} ${pathname.replace('/_demo', '')}`;
    if (Object.hasOwn(pages, key)) return pages[key](request, response);
    if (Object.hasOwn(actions, key)) {
      // Pages of other sites can't send this header without being asked about first.
      if (!request.headers['x-demo']) return send(response, 403, 'text/plain', 'X-Demo is missing');
      await actions[key](response);
      return response.writeHead(204).end();
    }
    const file = request.method === 'GET' && readPageFile(pathname.replace('/_demo/', ''));
    return file ? send(response, 200, ...file) : send(response, 404, 'text/plain', 'Not found');
  };

  const server = createServer((request, response) =>
    answer(request, response).catch((error) => send(response, 500, 'text/plain', error.message)),
  );
  await once(server.listen(port, '127.0.0.1'), 'listening');
  return {
    stop: () => {
      stream.stop();
      server.close();
      server.closeAllConnections();
    },
  };
}

function nodeActions(cluster, node) {
  return [
    [`POST /nodes/${node.id}/kill`, node.kill],
    [`POST /nodes/${node.id}/start`, node.start],
    [`POST /nodes/${node.id}/drain`, () => cluster.setState(node, 'drain')],
    [`POST /nodes/${node.id}/ready`, () => cluster.setState(node, 'ready')],
  ];
}

function view({ target, version, port, file, nodes }, visitors, { events }) {
  const shown = nodes.map(({ id, port: nodePort, running, state, requests }) => ({
    id,
    address: `127.0.0.1:${nodePort}`,
    running,
    state,
    requests,
  }));
  return { target, version, port, file, nodes: shown, visitors: visitors.list(), events };
}

function cookieOf({ cookie = '' }) {
  return new RegExp(`(?:^|; )${COOKIE}=([^;]+)`).exec(cookie)?.[1] ?? null;
}

function sendJson(response, value) {
  return send(response, 200, 'application/json', JSON.stringify(value));
}

function send(response, status, type, body) {
  return response
    .writeHead(status, { 'Content-Type': `${type}; charset=utf-8`, 'Cache-Control': 'no-store' })
    .end(body);
}
