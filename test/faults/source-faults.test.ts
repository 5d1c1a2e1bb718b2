import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test, vi } from 'vitest';
import { isRunning, untilNewClientsGetTo, untilReady, whoTakesNewClients } from '../support/faults.ts';
import { askReadiness, type KeptProxy, type ListedNode } from '../support/kept-proxy.ts';
import { createListServer, type ListServer } from '../support/list-server.ts';
import { describeProxies } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { endWatch, stageWatches } from '../support/watches.ts';

const interval = '200ms';
const FAR_TOO_MANY = 100_000;

/** What a source does that makes its list one not to be believed, and what is told of it. */
type Fault<Does> = readonly [name: string, told: RegExp, does: Does];

const WEB_FAULTS: readonly Fault<Parameters<ListServer['say']>[0]>[] = [
  ['empty', /http .* lists too few ready nodes, 0 instead of [23]: what it lists no more stays/, '[]'],
  ['nonsense', /http .* can not be read/, '<html>Log in first</html>'],
  ['half a list', /http .* can not be read/, '["127.0.0.1:'],
  [
    'half an answer',
    /http .* can not be read.*its last good list stays/,
    (_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('["127.0.0.1:3000",', () => response.destroy());
    },
  ],
  ['an error', /http .* can not be read.*status 500/, (_, response) => response.writeHead(500).end('[]')],
  ['slow', /http .* can not be read.*no answer in time/, () => {}],
  [
    'far too many nodes',
    /http .* can not be read.*20,?000/,
    JSON.stringify(
      Array.from(
        { length: FAR_TOO_MANY },
        (_, at) => `10.0.${(at >> 8) & 255}.${at & 255}:${3000 + (at >> 16)}`,
      ),
    ),
  ],
];

const COMMAND_FAULTS: readonly Fault<string>[] = [
  ['fails', /command .* can not be read.*no such list/, 'echo no such list >&2; exit 3'],
  [
    'prints nothing',
    /command .* lists too few ready nodes, 0 instead of [23]: what it lists no more stays/,
    ':',
  ],
  ['hangs', /command .* can not be read.*did not end within 1000 ms and was killed/, 'sleep 1000'],
  [
    'prints endlessly',
    /command .* can not be read.*printed more than 16 MB and was killed/,
    'exec yes 127.0.0.1:3000',
  ],
  [
    'forks and hangs',
    /command .* can not be read.*did not end within 1000 ms and was killed/,
    'sleep 1000 & echo $! > forked; wait',
  ],
];

describeProxies('a source that lists what can not be believed', (stage) => {
  vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });
  const watches = stageWatches(stage);
  let a: ListedNode;
  let b: ListedNode;
  let c: ListedNode;

  beforeAll(async () => {
    [a, b, c] = (await watches.list(3)) as [ListedNode, ListedNode, ListedNode];
  });

  /** Goes through all faults: what is served stays and why is said, and the next good list is followed. */
  const suffer = async <Does>(
    kept: KeptProxy,
    faults: readonly Fault<Does>[],
    { fail, list }: { fail(does: Does): unknown; list(nodes: readonly ListedNode[]): unknown },
  ): Promise<void> => {
    const { watch, status } = await watches.start(kept, '--reload');
    await untilReady(status);
    let served = 'ab';
    for (const [name, told, does] of faults) {
      const before = kept.text();
      const said = watch.says(told);
      await fail(does);
      expect(await said, name).toContain('todos');
      await untilReady(status, false);
      const { guards } = await askReadiness(status);
      expect(guards, name).toMatchObject([{ app: 'todos', reason: expect.stringMatching(/stays/) }]);
      expect(kept.text(), name).toBe(before);
      expect(await whoTakesNewClients(kept.port), name).toBe(served);
      served = served === 'ab' ? 'abc' : 'ab';
      const well = watch.says(/in step again/);
      await list(served === 'ab' ? [a, b] : [a, b, c]);
      await well;
      await untilReady(status);
      await untilNewClientsGetTo(kept.port, served);
    }
    await endWatch(watch);
  };

  test.concurrent('a web server', async ({ onTestFinished }) => {
    const server = await createListServer();
    onTestFinished(server.close);
    const list = (nodes: readonly ListedNode[]): void => server.say(JSON.stringify(nodes));
    list([a, b]);
    await server.listen();
    const inventory = [{ http: server.url, interval, timeout: '500ms' }];
    const kept = await watches.serve([], { app: { inventory } });
    await suffer(kept, WEB_FAULTS, { fail: server.say, list });
  });

  test.concurrent('a command, of which nothing goes on', async () => {
    const inventory = [{ file: 'nodes.yaml' }];
    const kept = await watches.serve([a, b], { app: { inventory } });
    const does = async (script: string): Promise<void> => {
      const file = join(kept.folder, 'list-nodes');
      await writeFile(`${file}.new`, `#!/bin/sh\n${script}\n`);
      await chmod(`${file}.new`, 0o755);
      await rename(`${file}.new`, file);
    };
    const list = (nodes: readonly ListedNode[]): Promise<void> => does(`echo '${JSON.stringify(nodes)}'`);
    await list([a, b]);
    await kept.describe({
      apps: { todos: { inventory: [{ command: ['./list-nodes'], interval, timeout: '1s' }] } },
    });
    await suffer(kept, COMMAND_FAULTS, { fail: does, list });
    const forked = Number(await readFile(join(kept.folder, 'forked'), 'utf8'));
    await until(async () => !isRunning(forked));
  });
});
