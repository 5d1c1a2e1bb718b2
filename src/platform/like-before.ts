import type { Stats } from 'node:fs';
import { chmod, chown, stat } from 'node:fs/promises';

/** Gives a file the owner and the mode of another. */
export const likeBefore = async (file: string, old: Pick<Stats, 'uid' | 'gid' | 'mode'>): Promise<void> => {
  const { uid, gid } = await stat(file);
  if (uid !== old.uid || gid !== old.gid) await chown(file, old.uid, old.gid);
  await chmod(file, old.mode & 0o7777);
};
