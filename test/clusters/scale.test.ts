import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderFile } from '../../src/commands/render.ts';
import { nodeSystem } from '../../src/platform/node-system.ts';
import { checkConfig } from '../support/check-config.ts';
import { installedProxies } from '../support/proxies.ts';

const NODES = 10_000;

describe(`${NODES} nodes`, () => {
  let folder: string;
  let cluster: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meteor-lb-scale-'));
    cluster = join(folder, 'cluster.json');
    const nodes = Array.from({ length: NODES }, (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}:3000`);
    await writeFile(cluster, JSON.stringify({ apps: { todos: { nodes } } }));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(installedProxies().map((proxy) => [proxy.proxy, proxy.version, proxy] as const))(
    'are rendered in a few lines each, and loaded by %s %s',
    async (_proxy, version, proxy) => {
      const { text } = await renderFile({ cluster, target: proxy.proxy, proxyVersion: version }, nodeSystem);
      expect(text.split('\n').length).toBeLessThan(NODES * 12);
      expect(checkConfig(text, proxy)).toEqual({ status: 0, complaints: [] });
    },
    60_000,
  );
});
