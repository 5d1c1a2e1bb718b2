import { run } from './run.mjs';

/** The version that the binary itself reports, or null when it does not run. */
export function versionOf(binary) {
  try {
    const [, version] =
      /\bversion:? (?:nginx\/)?(\d+\.\d+(?:\.\d+|-dev\d+)?)/.exec(run(binary, ['-v'])) ?? [];
    return version ?? null;
  } catch {
    return null;
  }
}

/** Whether an nginx has its stream module built in, and where it looks for modules that are files. */
export function streamSupport(binary) {
  const built = run(binary, ['-V']);
  return {
    builtIn: /--with-stream(\s|$)/.test(built),
    modules: /--modules-path=(\S+)/.exec(built)?.[1] ?? null,
  };
}
