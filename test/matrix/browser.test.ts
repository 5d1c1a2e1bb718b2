import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Browser, sites, sockjsClient, startBrowser } from '../support/browser.ts';
import { type PageReport, sessionInPage } from '../support/browser-session.ts';
import { type Traffic, watchTraffic } from '../support/browser-traffic.ts';
import type { MeteorNode } from '../support/cluster.ts';
import type { RunningProxy } from '../support/running-proxy.ts';
import { describeProxies } from '../support/stage.ts';

/** All of sockjs-client 1.6.1 but xdr-streaming and xdr-polling: they need XDomainRequest, which Internet Explorer alone had. */
const TRANSPORTS = [
  'websocket',
  'xhr-streaming',
  'eventsource',
  'iframe-eventsource',
  'htmlfile',
  'iframe-htmlfile',
  'xhr-polling',
  'iframe-xhr-polling',
  'jsonp-polling',
];

/** htmlfile is for the page's own origin; towards another one sockjs-client has it in an iframe alone. */
const CROSS_ORIGIN_TRANSPORTS = TRANSPORTS.filter((transport) => transport !== 'htmlfile');

/** What Meteor's browser client allows (packages/socket-stream-client/browser.js). */
const METEOR_TRANSPORTS = ['websocket', 'xdr-polling', 'xhr-polling', 'iframe-xhr-polling', 'jsonp-polling'];

/** HTTP/1.1 gives a page six connections to a host, and a streaming session takes one and now and then a second. */
const AT_ONCE = 3;

let browser: Browser;
const users: BrowserContext[] = [];
beforeAll(async () => {
  browser = await startBrowser();
});
afterEach(async () => {
  await Promise.all(users.splice(0).map((user) => user.close()));
});
afterAll(() => browser?.close());

describeProxies('Chromium with sockjs-client', (stage) => {
  let nodes: MeteorNode[];
  let plain: RunningProxy;
  let tls: RunningProxy;
  beforeAll(async () => {
    nodes = await stage.nodes(3);
    plain = await stage.through(nodes);
    tls = await stage.through(nodes, {}, {}, { tls: true });
  });

  describe.each([
    ['http', 'HTTP/1.1'],
    ['https', 'HTTP/2.0'],
  ])('by %s over %s', (scheme, protocol) => {
    const at = (site: string) => `${scheme}://${site}:${(scheme === 'http' ? plain : tls).port}`;

    test('with a cookie, each transport stays on the node of the page', async () => {
      const { page, traffic } = await visit(at(sites.kept), serveIframeScript);
      const node = await nodeOf(page);
      expect(await runEach(page, TRANSPORTS, at(sites.kept))).toEqual(
        TRANSPORTS.map((transport) => ({ transport, nodes: [node, node], lost: null })),
      );
      expect(traffic.nodes()).toEqual([node]);
      expect(await traffic.protocols()).toEqual([protocol]);
      // Of the two, HAProxy knows WebSockets over HTTP/2 (RFC 8441); with nginx Chromium falls back to HTTP/1.1.
      const overHttp2 = scheme === 'https' && stage.proxy.proxy === 'haproxy';
      expect(traffic.handshakes()).toEqual([overHttp2 ? 200 : 101]);
    });

    test.each([
      ['a user who blocks cookies', sites.blocked, sites.blocked, TRANSPORTS],
      ['a page of another site', sites.other, sites.kept, CROSS_ORIGIN_TRANSPORTS],
    ])('%s sends no cookie, and still no transport loses its session', async (_who, from, to, transports) => {
      const { page, traffic } = await visit(at(from), serveIframeScript);
      expectOneNodeEach(await runEach(page, transports, at(to)), transports);
      expect(await page.context().cookies(at(to))).toEqual([]);
      for (const [session, seen] of traffic.sessions()) expect([session, ...seen]).toHaveLength(2);
      expect(await traffic.protocols()).toEqual([protocol]);
    });

    test.each([
      ['are closed at once', closeWebSockets, sites.kept],
      ['do not exist', removeWebSockets, sites.blocked],
    ])(
      'where WebSockets %s, Meteor’s client takes polling, and sockjs-client streaming',
      async (_how, prepare, site) => {
        const { page } = await visit(at(site), prepare);
        const reports = [];
        for (const transports of [METEOR_TRANSPORTS, []])
          reports.push(await runSession(page, transports, at(site)));
        expectOneNodeEach(reports, ['xhr-polling', 'xhr-streaming']);
      },
    );

    test('a page that is loaded again and again keeps its node', async () => {
      const { page, traffic } = await visit(at(sites.kept));
      const node = await nodeOf(page);
      for (let load = 1; load <= 3; load++) {
        await page.reload();
        await page.addScriptTag({ path: sockjsClient });
        expect(await nodeOf(page)).toBe(node);
        expect((await runSession(page, METEOR_TRANSPORTS, at(sites.kept))).nodes).toEqual([node, node]);
      }
      expect(traffic.nodes()).toEqual([node]);
    });
  });

  test('SameSite=None: a page of another site has the cookie and keeps its node, in iframes too', async () => {
    const stickiness = { method: 'cookie', sameSite: 'none' };
    const { port } = await stage.through(nodes, { stickiness }, {}, { tls: true });
    const { page } = await visit(`https://${sites.other}:${port}`, serveIframeScript);
    const reports: PageReport[] = [];
    for (const transport of ['xhr-polling', 'websocket', 'iframe-eventsource', 'jsonp-polling'])
      reports.push(await runSession(page, [transport], `https://${sites.kept}:${port}`));
    expect(reports.filter(({ lost }) => lost !== null)).toEqual([]);
    expect(new Set(reports.flatMap((report) => report.nodes)).size).toBe(1);
  });
});

/** A page of the cluster with sockjs-client in it, open in the browser of a new user. */
const visit = async (
  address: string,
  prepare?: (page: Page) => Promise<unknown>,
): Promise<{ page: Page; traffic: Traffic }> => {
  const user = await browser.newUser();
  users.push(user);
  const page = await user.newPage();
  await prepare?.(page);
  const traffic = await watchTraffic(page);
  await page.goto(address);
  await page.addScriptTag({ path: sockjsClient });
  return { page, traffic };
};

/** SockJS's iframe page takes sockjs-client from this address, which is none of the cluster's. */
const serveIframeScript = (page: Page) =>
  page.route(
    ({ hostname }) => hostname === 'cdn.jsdelivr.net',
    (route) => route.fulfill({ path: sockjsClient }),
  );

const closeWebSockets = (page: Page) => page.routeWebSocket(/./, (socket) => socket.close());

const removeWebSockets = (page: Page) =>
  page.addInitScript(() => Reflect.deleteProperty(globalThis, 'WebSocket'));

/** The node that the page came from. */
const nodeOf = (page: Page): Promise<string | null> => page.locator('html').getAttribute('data-node');

const runSession = (page: Page, transports: readonly string[], address: string): Promise<PageReport> =>
  page.evaluate(sessionInPage, { url: `${address}/sockjs`, transports });

/** A session over each of the transports. */
const runEach = async (page: Page, transports: readonly string[], address: string): Promise<PageReport[]> => {
  const reports: PageReport[] = [];
  for (let first = 0; first < transports.length; first += AT_ONCE) {
    const some = transports.slice(first, first + AT_ONCE);
    reports.push(...(await Promise.all(some.map((transport) => runSession(page, [transport], address)))));
  }
  return reports;
};

const expectOneNodeEach = (reports: readonly PageReport[], transports: readonly string[]): void =>
  expect(reports).toEqual(
    transports.map((transport, index) => {
      const node = reports[index]?.nodes[0] ?? 'some node';
      return { transport, nodes: [node, node], lost: null };
    }),
  );
