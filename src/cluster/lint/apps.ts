import type { App, Cluster } from '../cluster.ts';
import type { Description } from '../schema/cluster.ts';
import { finding, type Rule } from './finding.ts';

/** Two apps that answer to one domain and path. */
export const claimedTwice: Rule = (cluster, description) => {
  const claims = createClaims();
  return inWrittenOrder(cluster, description).flatMap((app) => {
    if (app.domains.length === 0) {
      const first = claims.claim(app.path, app);
      if (first === null) return [];
      const message = `${first.id} and ${app.id} both answer to every name below ${app.path}`;
      const hint = 'give one of them `domains`, or another `path`';
      return [finding('error', 'claimed-twice', ['apps', app.id], message, hint)];
    }
    return (description.apps[app.id]?.domains ?? []).flatMap((domain, index) => {
      const first = claims.claim(`${domain}${app.path}`, app);
      if (first === null) return [];
      const path = ['apps', app.id, 'domains', index];
      const message = `${domain}${app.path} is an address of ${first.id} already`;
      const hint = 'each domain and path has one app: give one of them another domain or `path`';
      return [finding('error', 'claimed-twice', path, message, hint)];
    });
  });
};

/** nginx names upstreams and variables after apps: without regard to case, and with "_" for "-". */
export const namesCollide: Rule = (cluster, description) => {
  const claims = createClaims();
  return inWrittenOrder(cluster, description).flatMap((app) => {
    const first = claims.claim(app.id.replaceAll('-', '_').toLowerCase(), app);
    if (first === null) return [];
    const message = `the names ${first.id} and ${app.id} are one name to nginx, which knows no case and has "_" for "-"`;
    return [finding('error', 'names-collide', ['apps', app.id], message, 'rename one of them')];
  });
};

/** Browsers send both apps one cookie, and each would take the other's for its own. */
export const cookiesCollide: Rule = (cluster, description) => {
  const claims = createClaims();
  return inWrittenOrder(cluster, description).flatMap((app) => {
    if (app.stickiness.method !== 'cookie') return [];
    const { cookie } = app.stickiness;
    const others = (app.domains.length === 0 ? [''] : app.domains).flatMap(
      (domain) => claims.claim(`${cookie} ${domain}`, app) ?? [],
    );
    const [first] = others;
    if (first === undefined) return [];
    const path = ['apps', app.id, 'stickiness', 'cookie'];
    const message = `${first.id} and ${app.id} share a domain and the cookie ${cookie}`;
    return [
      finding(
        'error',
        'cookies-collide',
        path,
        message,
        'leave `cookie` out: by default each app has its own',
      ),
    ];
  });
};

/** Remembers who was the first to claim something. */
const createClaims = () => {
  const claimed = new Map<string, App>();
  return {
    /** Another app that claimed it before, or null. */
    claim: (what: string, app: App): App | null => {
      const first = claimed.get(what);
      if (first === undefined) claimed.set(what, app);
      return first === undefined || first === app ? null : first;
    },
  };
};

const inWrittenOrder = ({ apps }: Cluster, description: Description): readonly App[] => {
  const byId = new Map(apps.map((app) => [app.id, app]));
  return Object.keys(description.apps).flatMap((id) => byId.get(id) ?? []);
};
