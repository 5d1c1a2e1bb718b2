import type { App } from '../cluster/cluster.ts';

/** What a health check of an app asks for. */
export const healthPath = ({
  health,
  path,
  transport,
}: Pick<App, 'path' | 'transport'> & { readonly health: { readonly path?: string | undefined } }): string => {
  const under = path === '/' ? '' : path;
  return health.path ?? (transport === 'sockjs' ? `${under}/sockjs/info` : `${under}/`);
};
