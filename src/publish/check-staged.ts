import { basename, dirname, join } from 'node:path';
import type { Controller, Outcome } from '../control/controller.ts';
import type { Platform } from '../platform/platform.ts';
import type { System } from '../platform/system.ts';
import { isUnwritable } from '../platform/system-error.ts';
import type { StateFiles } from './state-files.ts';

interface Staging {
  readonly wanted: { readonly text: string };
  readonly file: string;
  readonly state: StateFiles;
  readonly controller: Pick<Controller, 'check'>;
}

/** Has the proxy check the text as a file beside the published one, or in the state folder where that can't be written. */
export const checkStaged = async (
  { wanted, file, state, controller }: Staging,
  system: System,
): Promise<Outcome> => {
  const staged = await stage(file, state, wanted.text, system);
  try {
    const checked = await controller.check(staged);
    return checked.ok ? checked : { ok: false, output: checked.output.replaceAll(staged, file) };
  } finally {
    await system.removeFile(staged);
  }
};

const stage = async (file: string, state: StateFiles, text: string, platform: Platform): Promise<string> => {
  const beside = join(dirname(file), `.${basename(file)}.staged`);
  try {
    await platform.replaceFile(beside, text);
    return beside;
  } catch (error) {
    if (!isUnwritable(error)) throw error;
    const elsewhere = `${state.good}.staged`;
    await platform.replaceFile(elsewhere, text);
    return elsewhere;
  }
};
