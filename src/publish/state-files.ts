import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ProxyPlan } from '../plan/proxy-plan.ts';
import type { Platform } from '../platform/platform.ts';
import type { Configuration } from '../render/render.ts';

/** Files that remember what was published for a target. */
export interface StateFiles {
  /** What was published, as data. */
  readonly record: string;
  /** The last configuration that was seen to serve. */
  readonly good: string;
  /** The last one that was refused, for the person who looks. */
  readonly refused: string;
}

/** Where a state folder has a target's files. */
export const stateFiles = (folder: string, target: string): StateFiles => ({
  record: join(folder, `${target}.json`),
  good: join(folder, `${target}.good`),
  refused: join(folder, `${target}.refused`),
});

/** What was published last. */
export interface Published {
  readonly plan: ProxyPlan;
  readonly generation: string;
}

interface StoredRecord extends Published {
  readonly version: 1;
  readonly file: string;
  /** SHA-256 of the text. */
  readonly text: string;
}

/** Remembers a configuration that was published as `file`, and was seen to serve. */
export const remember = async (
  files: StateFiles,
  file: string,
  configuration: Configuration,
  platform: Platform,
): Promise<void> => {
  await platform.replaceFile(files.good, configuration.text);
  await note(files, file, configuration, platform);
};

/** Notes what `file` holds. */
export const note = async (
  files: StateFiles,
  file: string,
  { plan, generation, text }: Configuration,
  platform: Platform,
): Promise<void> => {
  const record: StoredRecord = { version: 1, file, generation, text: digest(text), plan };
  await platform.replaceFile(files.record, `${JSON.stringify(record)}\n`);
};

/** What was published, if it is what `file` holds now; null where it is not, or nobody remembers. */
export const recall = async (
  files: StateFiles,
  file: string,
  live: string | null,
  platform: Platform,
): Promise<Published | null> => {
  if (live === null) return null;
  const record = await recallLast(files, file, platform);
  return record?.text === digest(live) ? record : null;
};

/** What was published last as `file`, whatever it holds now; null where nobody remembers. */
export const recallLast = async (
  files: StateFiles,
  file: string,
  platform: Platform,
): Promise<StoredRecord | null> => {
  const record = await readRecord(files.record, platform);
  return record?.version === 1 && record.file === file ? record : null;
};

/** What was published last, whatever the file holds now. A record that is missing or damaged remembers nothing: a reload more is all that it costs. */
export const readRecord = async (file: string, platform: Platform): Promise<StoredRecord | null> => {
  try {
    return JSON.parse(await platform.readText(file, 256 * 1024 * 1024)) as StoredRecord;
  } catch {
    return null;
  }
};

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
