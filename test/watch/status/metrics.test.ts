import { expect, test } from 'vitest';
import { createMetrics } from '../../../src/watch/status/metrics.ts';
import { outputStatus, watchStatus } from './status.ts';

const samples = (text: string): readonly string[] =>
  text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

test('metrics tell of runs, nodes, guards and sources', async () => {
  const metrics = await createMetrics();
  metrics.run('nginx', 'reload', 0.2);
  metrics.run('nginx', 'reload', 3);
  metrics.run('nginx', 'none', 0.001);
  metrics.sourceFailed('dns');
  const text = await metrics.text(
    watchStatus({
      outputs: [outputStatus({ oldWorkers: 2 }), outputStatus({ target: 'haproxy', lastSuccessMs: null })],
      guards: [{ app: 'todos', reason: 'too many' }],
    }),
    12_500,
  );
  expect(samples(text)).toEqual(
    expect.arrayContaining([
      'meteor_lb_runs_total{target="nginx",outcome="reload"} 2',
      'meteor_lb_runs_total{target="nginx",outcome="none"} 1',
      'meteor_lb_runs_total{target="haproxy",outcome="failed"} 0',
      'meteor_lb_run_seconds_bucket{le="0.25",target="nginx",outcome="reload"} 1',
      'meteor_lb_run_seconds_bucket{le="5",target="nginx",outcome="reload"} 2',
      'meteor_lb_run_seconds_sum{target="nginx",outcome="reload"} 3.2',
      'meteor_lb_generation_info{target="nginx",generation="3f2a"} 1',
      'meteor_lb_nodes{app="todos",state="ready"} 3',
      'meteor_lb_nodes{app="todos",state="drain"} 1',
      'meteor_lb_nodes{app="todos",state="down"} 0',
      'meteor_lb_old_workers{target="nginx"} 2',
      'meteor_lb_last_success_age_seconds{target="nginx"} 2.5',
      'meteor_lb_guard{app="todos"} 1',
      'meteor_lb_source_failures_total{source="dns"} 1',
      'meteor_lb_source_failures_total{source="file nodes.yaml"} 0',
    ]),
  );
  expect(text).not.toContain('last_success_age_seconds{target="haproxy"}');
});

test('nothing is told of what is gone', async () => {
  const metrics = await createMetrics();
  await metrics.text(watchStatus({ guards: [{ app: 'todos', reason: 'too many' }] }), 12_500);
  const text = await metrics.text(
    watchStatus({ outputs: [outputStatus({ generation: '77aa' })], apps: [] }),
    13_000,
  );
  expect(samples(text).filter((line) => /_(generation|nodes|guard|last_success)_?/.test(line))).toEqual([
    'meteor_lb_generation_info{target="nginx",generation="77aa"} 1',
    'meteor_lb_last_success_age_seconds{target="nginx"} 3',
  ]);
});

test('two of them share nothing', async () => {
  const [one, other] = [await createMetrics(), await createMetrics()];
  one.sourceFailed('dns');
  expect(await other.text(watchStatus(), 0)).not.toContain('dns');
});
