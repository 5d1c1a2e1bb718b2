import type { System } from '../../platform/system.ts';
import type { Version } from '../../targets/version.ts';

/** What an nginx binary was built with. */
export interface BuiltIn {
  readonly version: Version | null;
  readonly pidFile: string;
  readonly errorLog: string;
}

/** Asks the binary (`nginx -V`); null where it can't be run. */
export const askBuiltIn = async (binary: string, system: System): Promise<BuiltIn | null> => {
  const { exitCode, output } = await system.run([binary, '-V'], 10_000);
  if (exitCode !== 0) return null;
  const option = (name: string): string | undefined => new RegExp(`--${name}=(\\S+)`).exec(output)?.[1];
  const [, version] = /^nginx version: nginx\/([0-9.]+)/m.exec(output) ?? [];
  return {
    version: version === undefined ? null : version.split('.').map(Number),
    pidFile: option('pid-path') ?? '/usr/local/nginx/logs/nginx.pid',
    errorLog: option('error-log-path') ?? '/usr/local/nginx/logs/error.log',
  };
};
