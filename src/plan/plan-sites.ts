import { type App, compareText } from '../cluster/cluster.ts';
import type { Route, Site } from './proxy-plan.ts';

/** One site for each set of domains that the same apps answer to; the site for every other name, if any, comes last. */
export const planSites = (apps: readonly App[]): readonly Site[] => {
  const named = [...new Set(apps.flatMap(({ domains }) => domains))].sort(compareText);
  const sites = new Map<string, { domains: string[]; routes: readonly Route[] }>();
  for (const domain of named) {
    const routes = routesOf(apps.filter(({ domains }) => domains.includes(domain)));
    const key = routes.map(({ pool }) => pool).join(' ');
    const site = sites.get(key);
    if (site) site.domains.push(domain);
    else sites.set(key, { domains: [domain], routes });
  }
  const others = routesOf(apps.filter(({ domains }) => domains.length === 0));
  return [...sites.values(), ...(others.length > 0 ? [{ domains: [], routes: others }] : [])];
};

const routesOf = (apps: readonly App[]): readonly Route[] =>
  apps
    .map(({ id, path }) => ({ path, pool: id }))
    .sort((a, b) => b.path.length - a.path.length || compareText(a.path, b.path));
