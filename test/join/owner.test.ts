import { expect, test } from 'vitest';
import { heldBy, thisOwner } from '../../src/join/owner.ts';
import { nodeSystem } from '../../src/platform/node-system.ts';

/** A machine on which these processes run. */
const machine = (...running: readonly number[]) => ({
  identity: async () => ({ host: 'app1', realm: 'abc123', pid: 10 }),
  kill: (pid: number) => {
    if (pid === 1) throw Object.assign(new Error('another user'), { code: 'EPERM' });
    if (!running.includes(pid)) throw Object.assign(new Error('gone'), { code: 'ESRCH' });
  },
});
const listedBy = (owner: unknown): string => JSON.stringify({ host: '127.0.0.1', port: 3000, owner });

test.each([
  ['this one', listedBy('app1/abc123/10'), null],
  ['one that runs', listedBy('app1/abc123/11'), 'app1/abc123/11'],
  ['one of another user', listedBy('app1/abc123/1'), 'app1/abc123/1'],
  ['one that has ended', listedBy('app1/abc123/12'), null],
  ['one that had another name of the machine and has ended', listedBy('old/abc123/12'), null],
  ['one on another machine', listedBy('app2/def456/12'), 'app2/def456/12'],
  ['one in another container of the same name', listedBy('app1/def456/10'), 'app1/def456/10'],
  ['one in a form that is not known', listedBy('somebody'), 'somebody'],
  ['no join', '{"host":"127.0.0.1","port":3000}', null],
  ['an owner that is none', listedBy(3), null],
  ['a person', '127.0.0.1:3000', null],
  ['nobody', '', null],
  ['half a file', '{"owner":"app2/def456/12","po', null],
])('what %s has listed', async (_whose, text, other) => {
  expect((await thisOwner(machine(11))).otherOf(text)).toBe(other);
});

test('who it is is told as people know it', () => {
  expect(heldBy('app1.internal/abc123/11')).toMatch(
    /^another join keeps it there \(process 11 on app1\.internal\)/,
  );
  expect(heldBy('somebody')).toMatch(/\(somebody\)/);
});

test('a process that has ended is known, and one that runs', async () => {
  const { name, otherOf } = await thisOwner(nodeSystem);
  const [host, realm] = name.split('/');
  expect(name).toBe(`${host}/${realm}/${process.pid}`);
  const started = await nodeSystem.start(['sleep', '60']);
  const owner = `${host}/${realm}/${started.pid}`;
  expect(otherOf(listedBy(owner))).toBe(owner);
  nodeSystem.kill(started.pid ?? 0, 'SIGKILL');
  await started.ended;
  expect(otherOf(listedBy(owner))).toBe(null);
});
