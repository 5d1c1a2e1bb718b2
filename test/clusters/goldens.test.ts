import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { namedFiles } from '../../src/cluster/lint/files.ts';
import { renderFile } from '../../src/commands/render.ts';
import { loadCluster } from '../../src/inventory/load-cluster-once.ts';
import { nodeSystem } from '../../src/platform/node-system.ts';
import { loadTarget, type TargetName, targetNames } from '../../src/targets/registry.ts';
import { checkConfig } from '../support/check-config.ts';
import { installedProxies } from '../support/proxies.ts';

const CLUSTERS = fileURLToPath(new URL('../../fixtures/clusters', import.meta.url));

const optionsOf = (name: string) => {
  const folder = join(CLUSTERS, name);
  const cluster = ['cluster.yaml', 'cluster.json']
    .map((file) => join(folder, file))
    .find((file) => existsSync(file));
  const inventory = join(folder, 'inventory.json');
  return { cluster, ...(existsSync(inventory) ? { inventory } : {}) };
};

const render = (name: string, target: TargetName, proxyVersion?: string) =>
  renderFile({ ...optionsOf(name), target, proxyVersion }, nodeSystem);

const filesOf = async (name: string): Promise<string[]> => {
  const { cluster } = await loadCluster(optionsOf(name), nodeSystem);
  return cluster === null ? [] : namedFiles(cluster).map(({ file }) => file);
};

describe.each(readdirSync(CLUSTERS))('%s', (name) => {
  test.each(targetNames)('renders for %s as it is committed', async (target) => {
    const { text } = await render(name, target);
    await expect(text).toMatchFileSnapshot(join(CLUSTERS, name, (await loadTarget(target)).output));
  });

  test.each(installedProxies().map((proxy) => [proxy.proxy, proxy.version, proxy] as const))(
    '%s %s accepts what is rendered for it, without a word',
    async (_proxy, version, proxy) => {
      const { text } = await render(name, proxy.proxy, version);
      expect(checkConfig(text, proxy, await filesOf(name))).toEqual({ status: 0, complaints: [] });
    },
  );

  test.each(installedProxies().map((proxy) => [proxy.proxy, proxy.version, proxy] as const))(
    '%s %s accepts the committed file, where it is not too old for it',
    async (_proxy, version, proxy) => {
      const { text } = await render(name, proxy.proxy);
      const written = /^# \w+ ([\d.]+) or later/.exec(text)?.[1] ?? '';
      const { status, complaints } = checkConfig(text, proxy, await filesOf(name));
      if (isAtLeast(version, written))
        expect({ status, complaints: complaints.filter(isRefusal) }).toEqual({ status: 0, complaints: [] });
    },
  );
});

const isAtLeast = (version: string, floor: string): boolean =>
  version.localeCompare(floor, 'en', { numeric: true }) >= 0;

/** Later versions may warn of a spelling that they still take. */
const isRefusal = (line: string): boolean => /\[(emerg|alert|ALERT)\]/.test(line);
