import { styleText } from 'node:util';
import { visible } from '../../diagnostics/format.ts';

/** What a long-running command says while it runs. */
export interface Log {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

export type Fields = Readonly<Record<string, unknown>>;

/** From the least to the most important. */
const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof LEVELS)[number];

export type LogFormat = 'text' | 'json';

export interface LogOutput {
  stderr(text: string): void;
  readonly colour: boolean;
}

/** A log of everything from a level on: lines for people, or a JSON object a line. */
export const createLog = async (
  format: LogFormat,
  level: Level,
  out: LogOutput,
  date: () => Date,
): Promise<Log> => {
  const write = format === 'json' ? await createJsonWriter(level, out, date) : createTextWriter(out, date);
  const writer =
    (own: Level) =>
    (message: string, fields: Fields = {}) => {
      if (LEVELS.indexOf(own) >= LEVELS.indexOf(level)) write(own, message, fields);
    };
  return { debug: writer('debug'), info: writer('info'), warn: writer('warn'), error: writer('error') };
};

type Write = (level: Level, message: string, fields: Fields) => void;

const createTextWriter =
  (out: LogOutput, date: () => Date): Write =>
  (level, message, fields) => {
    const words = [localTime(date()), mark(level, out.colour), visible(message), ...textFields(fields)];
    out.stderr(`${words.filter((word) => word !== '').join(' ')}\n`);
  };

/** `2026-11-24 09:12:03`, by the clock on the wall. */
const localTime = (date: Date): string => {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = [String(date.getFullYear()), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
};

const MARKS = {
  warn: { text: 'warning:', style: 'yellow' },
  error: { text: 'error:', style: 'red' },
} as const;

const mark = (level: Level, colour: boolean): string => {
  if (level !== 'warn' && level !== 'error') return '';
  const { text, style } = MARKS[level];
  return colour ? styleText([style, 'bold'], text, { validateStream: false }) : text;
};

/** What fits in a line: words, numbers, lists of them. Objects are for the JSON lines. */
const textFields = (fields: Fields): readonly string[] =>
  Object.entries(fields).flatMap(([key, value]) => {
    const word = Array.isArray(value) && value.every(isPlain) ? value.join(',') : value;
    return isPlain(word) && word !== '' ? [`${visible(key)}=${textValue(String(word))}`] : [];
  });

const isPlain = (value: unknown): value is string | number | boolean | bigint =>
  ['string', 'number', 'boolean', 'bigint'].includes(typeof value);

const textValue = (value: string): string =>
  /^[^\s"=\p{Cc}]+$/u.test(value) ? value : visible(JSON.stringify(value));

const createJsonWriter = async (level: Level, out: LogOutput, date: () => Date): Promise<Write> => {
  const { pino } = await import('pino');
  const destination = { write: (line: string) => out.stderr(escapeControls(line)) };
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  return (own, message, fields) => logger[own](jsonFields(fields), message);
};

const RESERVED: readonly string[] = ['level', 'time', 'msg'];

/** Errors as their stack; no field twice, for pino does not see that `msg` is its own key. */
const jsonFields = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      RESERVED.includes(key) ? `${key}_` : key,
      value instanceof Error ? (value.stack ?? value.message) : value,
    ]),
  );

/** JSON leaves DEL and the C1 controls as they are; a terminal may obey them. */
const escapeControls = (line: string): string =>
  line.replaceAll(/[\u007f-\u009f]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`);
