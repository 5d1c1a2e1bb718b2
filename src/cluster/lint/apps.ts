import type { App } from '../cluster.ts';
import { finding, type Rule } from './finding.ts';

/** Two apps that answer to one domain and path. */
export const claimedTwice: Rule = ({ apps }) =>
  pairs(apps).flatMap(([first, second]) => {
    if (first.path !== second.path) return [];
    const path = ['apps', second.id, 'domains'];
    if (first.domains.length === 0 && second.domains.length === 0) {
      return [
        finding(
          'error',
          'claimed-twice',
          path,
          `${first.id} and ${second.id} both answer to every name below ${first.path}`,
          'give one of them `domains`, or another `path`',
        ),
      ];
    }
    return second.domains
      .filter((domain) => first.domains.includes(domain))
      .map((domain) =>
        finding(
          'error',
          'claimed-twice',
          path,
          `${domain}${first.path} belongs to ${first.id} and to ${second.id}`,
          'each domain and path has one app',
        ),
      );
  });

/** nginx variables are named after apps, with "_" for "-". */
export const namesCollide: Rule = ({ apps }) =>
  pairs(apps).flatMap(([first, second]) =>
    first.id.replaceAll('-', '_') === second.id.replaceAll('-', '_')
      ? [
          finding(
            'error',
            'names-collide',
            ['apps', second.id],
            `app names ${first.id} and ${second.id} differ in nothing but "-" and "_"`,
          ),
        ]
      : [],
  );

/** Browsers send both apps one cookie, and each would take the other's for its own. */
export const cookiesCollide: Rule = ({ apps }) =>
  pairs(apps.filter(({ stickiness }) => stickiness.method === 'cookie')).flatMap(([first, second]) =>
    first.stickiness.cookie === second.stickiness.cookie && sharesDomain(first, second)
      ? [
          finding(
            'error',
            'cookies-collide',
            ['apps', second.id, 'stickiness', 'cookie'],
            `${first.id} and ${second.id} share a domain and the cookie ${first.stickiness.cookie}`,
            'give each app a cookie of its own; the default is one',
          ),
        ]
      : [],
  );

const sharesDomain = (first: App, second: App): boolean =>
  (first.domains.length === 0 && second.domains.length === 0) ||
  second.domains.some((domain) => first.domains.includes(domain));

const pairs = (apps: readonly App[]): readonly (readonly [App, App])[] =>
  apps.flatMap((second, index) => apps.slice(0, index).map((first) => [first, second] as const));
