import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runShell, useFolders } from '../cli/run-cli.ts';

const folder = useFolders();
const NODE = '-- node -e 0';

test.each([
  ['join --app todos', 'there is no command to run'],
  [`join ${NODE}`, '--app is missing'],
  [`join --app todos ${NODE}`, 'the inventory of todos has neither a directory nor an etcd to be listed in'],
  [`join --app todo --directory d ${NODE}`, 'cluster.yaml has no app todo'],
  [`join --app todos --directory d --etcd http://127.0.0.1:1 --prefix p ${NODE}`, 'keep one of them'],
  [`join --app todos --etcd http://127.0.0.1:1 ${NODE}`, '--etcd stands alone'],
  [`join --app todos --etcd http://127.0.0.1:1 --prefix p ${NODE}`, '--host is missing'],
  [`join --app todos --etcd 127.0.0.1:1 --prefix p ${NODE}`, '--etcd "127.0.0.1:1" is not right'],
  [`join --app todos --directory d --workers many ${NODE}`, '--workers "many" is not right'],
  [`join --app todos --directory d --port 65535 --workers 2 ${NODE}`, 'need ports above 65535'],
  [`join --app todos --directory d --port x ${NODE}`, '--port'],
  [`join --app todos --directory d --host app1 ${NODE}`, '--host "app1" is not right'],
  [`join --app todos --directory d --host 0.0.0.0 ${NODE}`, '--host "0.0.0.0" is not right'],
  [`join --app todos --directory d --grace soon ${NODE}`, '--grace "soon" is not right'],
  ['join --app todos --directory d -- ./not-there', './not-there can not be started'],
  ['validate -- more', 'Unknown argument: more'],
])('meteor-lb %s: %s', async (line, message) => {
  const { exitCode, stdout, stderr } = await runShell(folder(), `$METEOR_LB ${line}`);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('bug');
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
});

test('a description with mistakes is told with them', async () => {
  const at = folder();
  writeFileSync(join(at, 'cluster.yaml'), 'apps: { todos: { inventory: [{ directory: d, stael: 3s }] } }\n');
  const { exitCode, stderr } = await runShell(at, `$METEOR_LB join --app todos ${NODE}`);
  expect(stderr).toContain('stael is not a known key');
  expect(exitCode).toBe(3);
});
