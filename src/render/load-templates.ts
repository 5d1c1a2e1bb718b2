import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LbError } from '../diagnostics/lb-error.ts';
import type { Platform } from '../platform/platform.ts';
import { systemReason } from '../platform/system-error.ts';
import type { Templates } from '../templating/compile.ts';

/** Folder of the templates that come with meteor-lb; src/ and dist/ are beside it. */
const SHIPPED = fileURLToPath(new URL('../../templates', import.meta.url));

const EXTENSION = '.hbs';

/**
 * The templates of a target by name (`server` for `server.hbs`). A file in the target's folder below `own`, a folder of
 * the user's, takes the place of the shipped one of that name; new partials may be there too. Throws LbError where
 * `own` can't be read.
 */
export const loadTemplates = async (
  target: string,
  own: string | null,
  platform: Platform,
): Promise<Templates> => {
  const shipped = await readFolder(join(SHIPPED, target), platform);
  if (own === null) return shipped;
  try {
    const hasTarget = (await platform.listFolder(own)).includes(target);
    return hasTarget ? new Map([...shipped, ...(await readFolder(join(own, target), platform))]) : shipped;
  } catch (error) {
    const reason = systemReason(error);
    if (reason === null) throw error;
    throw new LbError('render', `templates ${own}: ${reason}`, {
      hint: '`templates` is a folder with a folder of .hbs files for each target, such as nginx/server.hbs',
      cause: error,
    });
  }
};

const readFolder = async (folder: string, platform: Platform): Promise<Templates> => {
  const files = (await platform.listFolder(folder)).filter((file) => file.endsWith(EXTENSION));
  const texts = await Promise.all(
    files.map(
      async (file) =>
        [file.slice(0, -EXTENSION.length), await platform.readText(join(folder, file))] as const,
    ),
  );
  return new Map(texts);
};
