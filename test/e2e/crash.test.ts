import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { apply } from '../../src/commands/apply.ts';
import { nodeSystem } from '../../src/platform/node-system.ts';
import { freePorts } from '../support/free-port.ts';
import { sendRequest } from '../support/http-client.ts';
import { type KeptProxy, type ListedNode, serveKeptProxy } from '../support/kept-proxy.ts';
import { describeProxies } from '../support/stage.ts';

const KILLED_APPLY = fileURLToPath(new URL('../support/killed-apply.mjs', import.meta.url));

describeProxies('meteor-lb is killed at any step', (stage) => {
  const open: KeptProxy[] = [];
  afterAll(async () => {
    await Promise.all(open.map((kept) => kept.stop()));
  });

  const serve = async (): Promise<{ kept: KeptProxy; listed: readonly ListedNode[] }> => {
    const nodes = await stage.nodes(3);
    const listed = nodes.map(({ id, host, port }): ListedNode => ({ id, host, port }));
    const kept = await serveKeptProxy({
      proxy: stage.proxy,
      nodes: listed,
      parts: { watch: { hold: '1ms' } },
    });
    open.push(kept);
    return { kept, listed };
  };

  const accepts = (file: string): boolean => {
    const args = stage.proxy.proxy === 'nginx' ? ['-t', '-q', '-c', file] : ['-c', '-f', file];
    return spawnSync(stage.proxy.binary, args).status === 0;
  };

  /** Goes to and fro between two states, killed one effect later each time, until an apply comes to its end. */
  const killEverywhere = async (
    kept: KeptProxy,
    states: readonly [() => Promise<void>, () => Promise<void>],
    /** What else holds of the file before and after the kill. */
    holds: (before: string, after: string) => void = () => {},
  ) => {
    const cluster = join(kept.folder, 'cluster.yaml');
    const steps: string[] = [];
    for (let step = 1; ; step++) {
      await (step % 2 === 1 ? states[1] : states[0])();
      const before = kept.text();
      const { signal, said } = await applyKilled(cluster, step);
      const after = kept.text();
      holds(before, after);
      expect((await sendRequest({ port: kept.port }, '/')).status).toBe(200);

      const { outputs } = await apply({ cluster }, nodeSystem);
      const [output] = outputs;
      expect(['none', 'written', 'servers', 'reload']).toContain(output?.result.outcome);
      const wanted = output?.prepared?.configuration.text;
      expect(kept.text()).toBe(wanted);
      expect([before, wanted]).toContain(after);
      expect(accepts(kept.output)).toBe(true);
      expect((await apply({ cluster }, nodeSystem)).outputs[0]?.result.outcome).toBe('none');
      expect((await sendRequest({ port: kept.port }, '/')).status).toBe(200);
      if (signal === null) return steps;
      steps.push(said);
    }
  };

  describe('the file is whole and accepted, the proxy serves, and the next start converges', () => {
    test('while a server comes or goes', async () => {
      const { kept, listed } = await serve();
      const steps = await killEverywhere(kept, [
        () => kept.list(listed),
        () => kept.list(listed.slice(0, 2)),
      ]);
      // It was killed before each write of the published file and of what is remembered, and before the check.
      expect(steps.filter((step) => step === 'replaceFile').length).toBeGreaterThanOrEqual(4);
      expect(steps).toContain('run');
    }, 300_000);

    test('while it takes the place of a file that somebody else wrote', async () => {
      const { kept, listed } = await serve();
      const copy = join(kept.folder, `.${basename(kept.output)}.before-meteor-lb`);
      const another = async (nodes: readonly ListedNode[]): Promise<void> => {
        await rm(copy, { force: true });
        await writeFile(kept.output, kept.text().replace(/^#.*\n/, '# By hand.\n'));
        await kept.list(nodes);
      };
      const steps = await killEverywhere(
        kept,
        [() => another(listed), () => another(listed.slice(0, 2))],
        (before, after) => {
          const isKept = existsSync(copy);
          if (isKept) expect(readFileSync(copy, 'utf8')).toBe(before);
          if (after !== before) expect(isKept).toBe(true);
        },
      );
      expect(steps).toContain('copyBeside');
    }, 300_000);

    test('while a listener comes or goes', async () => {
      const { kept } = await serve();
      const [second = 0] = await freePorts(1);
      const listen = [{ address: '127.0.0.1', port: kept.port }];
      await killEverywhere(kept, [
        () => kept.describe({}),
        () => kept.describe({ listen: [...listen, { address: '127.0.0.1', port: second }] }),
      ]);
    }, 300_000);
  });
});

const applyKilled = async (
  cluster: string,
  step: number,
): Promise<{ readonly signal: NodeJS.Signals | null; readonly said: string }> => {
  const child = spawn(execPath, [KILLED_APPLY, cluster, String(step)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  if (signal === null) expect(code).toBe(0);
  return { signal, said };
};
