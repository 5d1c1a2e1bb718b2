import { constants, open, readdir, rm, stat } from 'node:fs/promises';
import { cwd, env, stderr, stdout } from 'node:process';
import { copyBeside } from './copy-beside.ts';
import { headOf } from './head-of.ts';
import { MAX_TEXT_BYTES, type Platform, TooLargeError } from './platform.ts';
import { replaceFile } from './replace-file.ts';

/** The real world, through Node. */
export const nodePlatform: Platform = {
  stdout: (text) => void stdout.write(text),
  stderr: (text) => void stderr.write(text),
  colour: stderr.hasColors?.() === true && !env.NO_COLOR,
  cwd: cwd(),

  exists: async (file) => {
    try {
      await stat(file);
      return true;
    } catch {
      return false;
    }
  },

  readText: async (file, maxBytes = MAX_TEXT_BYTES) => {
    const handle = await open(file, constants.O_RDONLY);
    try {
      if ((await handle.stat()).isDirectory())
        throw Object.assign(new Error(`EISDIR: ${file}`), { code: 'EISDIR' });
      const chunks: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of handle.createReadStream({ autoClose: false })) {
        bytes += chunk.length;
        if (bytes > maxBytes) throw new TooLargeError(file, maxBytes);
        chunks.push(chunk);
      }
      return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
    } finally {
      await handle.close();
    }
  },

  listFolder: async (folder) => (await readdir(folder)).sort(),

  replaceFile,

  headOf,

  copyBeside,

  removeFile: (file) => rm(file, { force: true }),
};
