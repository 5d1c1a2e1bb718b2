/** Cookies of one browser towards one site; paths, domains and Secure are ignored. */
export interface CookieJar {
  store(setCookies: readonly string[] | undefined): void;
  header(): string | undefined;
  get(name: string): string | undefined;
}

/** An empty jar that keeps what Set-Cookie says and forgets what has expired. */
export const createCookieJar = (): CookieJar => {
  const cookies = new Map<string, string>();
  return {
    store: (setCookies = []) => {
      for (const text of setCookies) {
        const [pair = '', ...attributes] = text.split(';');
        const [name, value] = splitPair(pair);
        if (isExpired(attributes)) cookies.delete(name);
        else cookies.set(name, value);
      }
    },
    header: () =>
      cookies.size === 0 ? undefined : [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    get: (name) => cookies.get(name),
  };
};

const isExpired = (attributes: readonly string[]): boolean => {
  const values = new Map(attributes.map(splitPair).map(([name, value]) => [name.toLowerCase(), value]));
  const maxAge = values.get('max-age');
  if (maxAge !== undefined) return Number(maxAge) <= 0;
  const expires = values.get('expires');
  return expires !== undefined && Date.parse(expires) <= Date.now();
};

const splitPair = (pair: string): [name: string, value: string] => {
  const [name = '', ...value] = pair.split('=');
  return [name.trim(), value.join('=').trim()];
};
