import { formatDiagnostics, visible } from '../diagnostics/format.ts';
import { EXIT, LbError } from '../diagnostics/lb-error.ts';
import type { Platform } from '../platform/platform.ts';
import { version } from './version.ts';

/** Tells why a command failed; the exit code. */
export const report = (error: unknown, platform: Platform): number => {
  if (error instanceof LbError) {
    platform.stderr(formatDiagnostics(error.diagnostics, 'text', platform));
    platform.stderr(`meteor-lb: ${visible(error.message)}\n`);
    if (error.hint !== null) platform.stderr(`    ${visible(error.hint)}\n`);
    return error.exitCode;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  platform.stderr(
    `${detail}\n\nmeteor-lb ${version()}: this is a bug in meteor-lb. Please report it with the text above.\n`,
  );
  return EXIT.internal;
};
