import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { describeApp } from '../../src/join/describe-app.ts';
import { nodeSystem } from '../../src/platform/node-system.ts';
import { freeRow, startJoin, testFolder } from '../support/joined.ts';

vi.setConfig({ testTimeout: 60_000 });

const describe = async (watch: object): Promise<string> => {
  const folder = await testFolder();
  const apps = { todos: { inventory: [{ directory: 'nodes.d' }] } };
  await writeFile(join(folder, 'cluster.yaml'), JSON.stringify({ apps, watch }));
  return folder;
};

test.each([
  ['nothing of it', {}, 3000],
  ['a ceiling', { ceiling: '5s' }, 6000],
  ['a splay', { splay: '10s' }, 13_000],
  ['both', { ceiling: '500ms', splay: '4s' }, 5500],
])(
  'where the description says %s, balancers have taken a change within that and a second',
  async (_what, watch, lagMs) => {
    const folder = await describe(watch);
    const app = await describeApp(
      'todos',
      { cluster: join(folder, 'cluster.yaml'), isNeeded: true },
      nodeSystem,
    );
    expect(app?.lagMs).toBe(lagMs);
  },
);

/** How long a worker without connections takes to leave: the lag in drain, and the lag when it was taken out. */
const leaves = async (folder: string, ...more: readonly string[]): Promise<number> => {
  const joined = startJoin(folder, ['--app=todos', `--port=${await freeRow(1)}`, ...more]);
  await joined.says(/ is listed/);
  joined.kill('SIGTERM');
  await joined.says(/ drains$/m);
  const since = performance.now();
  expect(await joined.ended).toBe(0);
  return performance.now() - since;
};

test('a worker drains so long, and runs on so long when it was taken out, unless --lag says otherwise', async () => {
  const folder = await describe({ ceiling: '100ms', splay: '3s' });
  expect(await leaves(folder)).toBeGreaterThan(2 * 4100 - 100);
  expect(await leaves(folder, '--lag=10ms')).toBeLessThan(4100);
});
