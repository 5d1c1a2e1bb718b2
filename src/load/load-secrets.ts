import type { App, Cluster } from '../cluster/cluster.ts';
import { type Finding, finding } from '../cluster/lint/finding.ts';
import { LbError } from '../diagnostics/lb-error.ts';
import type { Secrets } from '../plan/plan-proxy.ts';
import type { Platform } from '../platform/platform.ts';
import { besides } from './load-cluster.ts';
import { readUserFile } from './read-file.ts';

/** Secrets that were read, by the name that the description has for their files; and what is wrong with the others. */
export interface LoadedSecrets {
  readonly secrets: Secrets;
  readonly findings: readonly Finding[];
}

/** Reads the secret files that a description names. */
export const loadSecrets = async (
  file: string,
  { apps }: Cluster,
  platform: Platform,
): Promise<LoadedSecrets> => {
  const secrets = new Map<string, string>();
  const findings: Finding[] = [];
  for (const { id, stickiness } of apps) {
    if (stickiness.keyFile === null) continue;
    const secret = await readSecret(besides(file, stickiness.keyFile), platform);
    if ('text' in secret) secrets.set(stickiness.keyFile, secret.text);
    else findings.push(finding('error', 'key-file', keyFilePath(id), secret.problem, secret.hint));
  }
  return { secrets, findings };
};

type Secret = { readonly text: string } | { readonly problem: string; readonly hint: string };

const readSecret = async (file: string, platform: Platform): Promise<Secret> => {
  try {
    const text = (await readUserFile(file, { failure: 'invalid', maxBytes: 64 * 1024 }, platform)).trim();
    if (/^[!-~]{8,128}$/.test(text)) return { text };
    return {
      problem: `${file} holds no secret: 8 to 128 printable ASCII characters without blanks`,
      hint: 'openssl rand -hex 32 makes one',
    };
  } catch (error) {
    if (!(error instanceof LbError)) throw error;
    return { problem: error.message, hint: '`keyFile` is read by meteor-lb itself, wherever it runs' };
  }
};

const keyFilePath = (app: App['id']): Finding['path'] => ['apps', app, 'stickiness', 'keyFile'];
