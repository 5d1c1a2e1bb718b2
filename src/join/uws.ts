import { LbError } from '../diagnostics/lb-error.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a process listens for itself alone. */
export interface OwnListener {
  readonly host: string;
  readonly port: number;
}

/** Meteor's defaults (packages/ddp-server/transports/uws.js, 3.5). */
const UWS = { host: '127.0.0.1', port: 5001 };

/** Whether an environment chooses the `uws` transport, as Meteor 3.5 reads it: settings, then DDP_TRANSPORT, then DISABLE_SOCKJS. Pure. */
export const choosesUws = ({ METEOR_SETTINGS, DDP_TRANSPORT, DISABLE_SOCKJS }: Environment): boolean => {
  const { transport } = ddpServerOf(parseJson(METEOR_SETTINGS));
  return (transport || DDP_TRANSPORT || (DISABLE_SOCKJS ? 'uws' : 'sockjs')) === 'uws';
};

/**
 * Settings that give a worker a port of its own for `uws`, which only settings can say: packages["ddp-server"].uws.port, counted from
 * the one that is there. Pure; throws LbError where they are no JSON.
 */
export const withUwsPort = (
  written: string | undefined,
  index: number,
): { readonly settings: string; readonly listener: OwnListener } => {
  const settings = parseJson(written);
  if (settings === null)
    throw new LbError('usage', 'METEOR_SETTINGS is no JSON, so that no port of uws can be added', {
      hint: 'it is the text of the settings, not the name of their file: METEOR_SETTINGS="$(cat settings.json)"',
    });
  const packages = objectOf(settings.packages);
  const ddpServer = ddpServerOf(settings);
  const uws = objectOf(ddpServer.uws);
  const port = (Number(uws.port) || UWS.port) + index;
  const own = { packages: { ...packages, 'ddp-server': { ...ddpServer, uws: { ...uws, port } } } };
  const host = typeof uws.host === 'string' && uws.host !== '' ? uws.host : UWS.host;
  return { settings: JSON.stringify({ ...settings, ...own }), listener: { host, port } };
};

const ddpServerOf = (settings: Readonly<Record<string, unknown>> | null) =>
  objectOf(objectOf(settings?.packages)['ddp-server']);

/** null where it is none; nothing is an empty one. */
const parseJson = (text: string | undefined): Readonly<Record<string, unknown>> | null => {
  try {
    return objectOf(JSON.parse(text?.trim() || '{}'));
  } catch {
    return null;
  }
};

const objectOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
