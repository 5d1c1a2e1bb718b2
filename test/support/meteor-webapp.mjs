import { createHash } from 'node:crypto';

const YEAR_S = 31_536_000;

/** The plain HTTP side of a Meteor process: version manifest, hashed bundles, the app page, and two test routes. */
export const createWebApp = ({ id, prefix, version }) => {
  const bundles = createBundles(version);
  const page = renderPage({ id, prefix, version, bundles });
  const counts = new Map();

  return async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://meteor.invalid');
    counts.set(pathname, (counts.get(pathname) ?? 0) + 1);
    const answer = (status, type, body, headers = {}) =>
      response.writeHead(status, { 'Content-Type': `${type}; charset=utf-8`, ...headers }).end(body);
    const answerJson = (value, headers) => answer(200, 'application/json', JSON.stringify(value), headers);

    if (prefix && pathname !== prefix && !pathname.startsWith(`${prefix}/`))
      return answer(404, 'text/plain', 'Unknown path');
    const path = pathname.slice(prefix.length);

    if (/^\/(__browser|__browser\.legacy|__cordova)\/manifest\.json$/.test(path))
      return answerJson({ format: 'web-program-pre1', version }, { ETag: `"${version}"` });

    const bundle = bundles.find(({ file }) => path === `/${file}`);
    if (bundle) {
      const headers = { 'Cache-Control': `max-age=${YEAR_S}`, Vary: 'User-Agent', ETag: `"${bundle.hash}"` };
      const unchanged = request.headers['if-none-match'] === headers.ETag;
      return answer(unchanged ? 304 : 200, bundle.type, unchanged ? undefined : bundle.body, headers);
    }
    if (searchParams.has('meteor_css_resource'))
      return answer(200, 'text/css', '.meteor-css-not-found-error { width: 0px;}', {
        'Cache-Control': 'no-cache',
      });
    if (searchParams.has('meteor_js_resource'))
      return answer(404, 'application/javascript', '', { 'Cache-Control': 'no-cache' });

    if (request.method === 'POST' && path === '/upload')
      return answerJson({ bytes: await countBytes(request), node: id });
    if (path === '/headers') {
      const { headers, url, method } = request;
      return answerJson({ node: id, headers, url, method, count: counts.get(pathname) });
    }
    return answer(200, 'text/html', page);
  };
};

const createBundles = (version) =>
  [
    { kind: 'js', type: 'application/javascript' },
    { kind: 'css', type: 'text/css' },
  ].map(({ kind, type }) => {
    const hash = createHash('sha1').update(`${version}${kind}`).digest('hex');
    const file = `${hash}.${kind}`;
    return {
      type,
      hash,
      file,
      url: `/${file}?meteor_${kind}_resource=true`,
      body: `/* ${kind} of ${version} */`,
    };
  });

const renderPage = ({ id, prefix, version, bundles: [js, css] }) => `<!DOCTYPE html>
<html data-node="${id}" data-version="${version}">
<head>
  <link rel="stylesheet" type="text/css" class="__meteor-css__" href="${prefix}${css.url}">
</head>
<body>
  <script type="text/javascript" src="${prefix}${js.url}"></script>
</body>
</html>
`;

const countBytes = async (request) => {
  let bytes = 0;
  try {
    for await (const chunk of request) bytes += chunk.length;
  } catch {
    // The sender went away: nobody is left to read the answer.
  }
  return bytes;
};
