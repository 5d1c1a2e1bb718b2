import { describe, expect, test } from 'vitest';
import type { ProxyPlan, Server } from '../../src/plan/proxy-plan.ts';
import { decide } from '../../src/publish/decide.ts';
import { haproxyRuntimeRule } from '../../src/targets/haproxy/runtime-rule.ts';
import { planOf } from '../plan/planned.ts';
import { pool, server } from '../targets/haproxy-pool.ts';

const a = server();
const b = server({ id: 'b', address: { kind: 'ip', host: '10.0.0.2', port: 3000 } });
const base = planOf({ apps: { todos: { nodes: ['10.0.0.1:3000'] } } });
const plan = (servers: readonly Server[], more: Partial<ProxyPlan> = {}): ProxyPlan => ({
  ...base,
  ...more,
  pools: [pool(servers)],
});

const haproxy = haproxyRuntimeRule([3, 0]);
const wanted = { plan: plan([a, b]), generation: 'wanted' };
const same = { plan: plan([a, b]), generation: 'wanted' };
const fewer = { plan: plan([a]), generation: 'wanted' };
const renamed = { plan: plan([a, b], { name: 'old' }), generation: 'old' };
const rewritten = { plan: plan([a, b]), generation: 'old' };

const NONE = { kind: 'none' };
const BRING = { kind: 'servers', updates: [] };
const ADD = { kind: 'servers', updates: [{ kind: 'add', pool: 'todos', server: b }] };
const reload = (...reasons: readonly string[]) => ({ kind: 'reload', reasons });
const UNKNOWN = reload(
  'it is not known here what the proxy serves (first run with this stateDir, or the file was changed by others)',
);
const NAME = reload('the cluster has another name');
const OTHER = reload('the proxy runs another configuration than was published');
const OTHERWISE = reload('the same is written otherwise: templates, version, or settings of the proxy');

describe('HAProxy', () => {
  test.each([
    // published, running, inStep, decision
    ['nothing is known', null, null, null, UNKNOWN],
    ['nothing is known, and another runs', null, 'other', null, UNKNOWN],
    ['the wanted one runs, though nothing is known', null, 'wanted', true, NONE],
    ['the same, with other servers', null, 'wanted', false, BRING],
    ['the same, where servers can not be told', null, 'wanted', null, NONE],
    ['all is as it should be', same, 'wanted', true, NONE],
    ['somebody changed its servers', same, 'wanted', false, BRING],
    ['it does not tell what it runs', same, null, null, NONE],
    ['it runs another than was published', same, 'other', null, OTHER],
    ['a server is to come', fewer, 'wanted', false, ADD],
    ['a server is to come, and is there already', fewer, 'wanted', true, NONE],
    ['a server is to come, and it does not tell what it runs', fewer, null, null, ADD],
    ['a server is to come, but it runs another', fewer, 'other', null, OTHER],
    ['more than servers differs', renamed, 'old', null, NAME],
    ['more than servers differs, and it does not tell what it runs', renamed, null, null, NAME],
    ['the wanted one runs, and another was published', renamed, 'wanted', true, NAME],
    ['the same plan gives another text', rewritten, 'old', null, OTHERWISE],
    ['the same plan gives another text, and it does not tell what it runs', rewritten, null, null, OTHERWISE],
    ['the same plan gave another text, which was replaced', rewritten, 'wanted', true, NONE],
  ] as const)('%s', (_name, published, running, inStep, decision) => {
    expect(decide({ wanted, published, running, inStep }, haproxy)).toEqual(decision);
  });
});

describe('nginx', () => {
  const NAMED = reload('the cluster has another name');
  test.each([
    ['nothing is known', null, null, UNKNOWN],
    ['nothing is known, and another runs', null, 'other', UNKNOWN],
    ['the wanted one runs, though nothing is known', null, 'wanted', NONE],
    ['all is as it should be', same, 'wanted', NONE],
    ['it does not tell what it runs', same, null, NONE],
    ['it runs another than was published', same, 'other', OTHER],
    ['a server is to come', { ...fewer, generation: 'old' }, 'old', reload('server b of todos was added')],
    [
      'the same, and it does not tell what it runs',
      { ...fewer, generation: 'old' },
      null,
      reload('server b of todos was added'),
    ],
    ['more than servers differs', renamed, 'old', NAMED],
    ['another was published, but the wanted one runs', renamed, 'wanted', NONE],
    ['the same plan gives another text', rewritten, 'old', OTHERWISE],
    ['a plan differs in what is not written', { ...renamed, generation: 'wanted' }, 'wanted', NONE],
  ] as const)('%s', (_name, published, running, decision) => {
    expect(decide({ wanted, published, running, inStep: null }, null)).toEqual(decision);
  });
});

test('every decision but none is made again until it is carried out, and none is made twice', () => {
  for (const rule of [null, haproxy]) {
    for (const running of ['wanted', null]) {
      for (const inStep of rule === null ? [null] : running === null ? [null] : [true]) {
        expect(decide({ wanted, published: same, running, inStep }, rule)).toEqual(NONE);
      }
    }
  }
});
