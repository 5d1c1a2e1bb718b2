import { describe, expect, test } from 'vitest';
import { createLog, type Level, type LogFormat } from '../../../src/watch/log/log.ts';

const DATE = new Date(2026, 10, 4, 9, 2, 3, 45);

const logging = async (format: LogFormat, { level = 'info' as Level, colour = false } = {}) => {
  const lines: string[] = [];
  const log = await createLog(format, level, { stderr: (text) => lines.push(text), colour }, () => DATE);
  return { log, lines };
};

describe('the log for people', () => {
  test('has the time, what is to be heeded, the message, and the fields that fit in a line', async () => {
    const { log, lines } = await logging('text');
    log.info('nginx: reloaded: server c was added');
    log.warn('haproxy: waits', { oldWorkers: 5, ready: false, reasons: ['a b', 'c'], empty: '', nodes: [] });
    log.error('nginx: failed', {
      file: '/etc/my nginx.conf',
      exitCode: null,
      detail: { a: 1 },
      none: undefined,
    });
    expect(lines).toEqual([
      '2026-11-04 09:02:03 nginx: reloaded: server c was added\n',
      '2026-11-04 09:02:03 warning: haproxy: waits oldWorkers=5 ready=false reasons="a b,c"\n',
      '2026-11-04 09:02:03 error: nginx: failed file="/etc/my nginx.conf"\n',
    ]);
  });

  test('is coloured where the terminal is', async () => {
    const { log, lines } = await logging('text', { colour: true });
    log.info('all is well');
    log.warn('take care');
    log.error('it failed');
    expect(lines.map((line) => line.slice('2026-11-04 09:02:03 '.length))).toEqual([
      'all is well\n',
      '\u001b[33m\u001b[1mwarning:\u001b[22m\u001b[39m take care\n',
      '\u001b[31m\u001b[1merror:\u001b[22m\u001b[39m it failed\n',
    ]);
  });

  test('can not be used to write to the terminal, or to forge a line', async () => {
    const { log, lines } = await logging('text', { colour: true });
    log.info('a\u001b[2J\nb\u007f', { 'k\u001b': 'v\u001b\n2026', plain: 'x=y' });
    expect(lines).toEqual([
      '2026-11-04 09:02:03 a\\u001b[2J\\nb\\u007f k\\u001b="v\\u001b\\n2026" plain="x=y"\n',
    ]);
  });
});

describe('the log for programs', () => {
  test('is an object a line, with all fields', async () => {
    const { log, lines } = await logging('json', { colour: true });
    log.warn('haproxy: waits', { oldWorkers: 5, detail: { reasons: ['a', 'b'] }, none: undefined });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^[^\n]+\n$/);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'warn',
      time: DATE.toISOString(),
      oldWorkers: 5,
      detail: { reasons: ['a', 'b'] },
      msg: 'haproxy: waits',
    });
  });

  test('keeps level, time and message where fields have these names, and tells the stack of an error', async () => {
    const { log, lines } = await logging('json');
    const error = new Error('a bug');
    log.error('failed', { level: 1, time: 2, msg: 3, error, err: error });
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'error',
      time: DATE.toISOString(),
      level_: 1,
      time_: 2,
      msg_: 3,
      error: error.stack,
      err: error.stack,
      msg: 'failed',
    });
    expect(lines[0]?.match(/"msg":/g)).toHaveLength(1);
  });

  test('has no control character but the line break, and loses none', async () => {
    const { log, lines } = await logging('json');
    const text = 'a\u001b\u007f\u009b2J\nb';
    log.info(text, { text });
    expect(lines[0]).toMatch(/^\P{Cc}+\n$/u);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ msg: text, text });
  });
});

test.each<[LogFormat, Level, number]>([
  ['text', 'debug', 4],
  ['text', 'info', 3],
  ['text', 'error', 1],
  ['json', 'debug', 4],
  ['json', 'warn', 2],
])('in %s from %s on, %i of four are told', async (format, level, count) => {
  const { log, lines } = await logging(format, { level });
  log.debug('a');
  log.info('b');
  log.warn('c');
  log.error('d');
  expect(lines).toHaveLength(count);
});
