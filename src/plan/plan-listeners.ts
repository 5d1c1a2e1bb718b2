import type { Cluster } from '../cluster/cluster.ts';
import type { Listener, Tls } from './proxy-plan.ts';

type Written = Cluster['listen'][number];

/** The listeners in the order of their ports and addresses. */
export const planListeners = ({ listen, behind }: Cluster): readonly Listener[] => {
  const httpsPort = listen.find(({ mode, tls }) => mode === 'http' && tls !== undefined)?.port ?? 443;
  const ordered = listen.toSorted(
    (a, b) => a.port - b.port || ((a.address ?? '') < (b.address ?? '') ? -1 : 1),
  );
  return ordered.map((written) => ({
    id: listenerId(written, listen),
    address: written.address ?? null,
    port: written.port,
    tls: written.tls ? planTls(written.tls) : null,
    proxyProtocol: behind?.protocol === 'proxy-protocol',
    serves: serves(written, httpsPort === 443 ? null : httpsPort, behind !== undefined),
  }));
};

const serves = (written: Written, httpsPort: number | null, hasFront: boolean): Listener['serves'] => {
  if (written.mode === 'tcp') return { kind: 'tcp', pool: written.app ?? '' };
  if (written.redirect === undefined) return { kind: 'sites' };
  // A front that ended TLS sends https clients here too: they must not be redirected for ever.
  return { kind: hasFront ? 'redirect-http' : 'redirect', port: httpsPort };
};

const listenerId = ({ mode, tls, port, address }: Written, all: readonly Written[]): string => {
  const base = `${mode === 'tcp' ? 'tcp' : tls ? 'https' : 'http'}_${port}`;
  const shared = all.filter((other) => other.port === port).length > 1;
  return shared && address !== undefined ? `${base}_${address.replaceAll(/[^0-9A-Za-z]/g, '_')}` : base;
};

const planTls = ({ certificate, key, profile, hsts, http2 }: NonNullable<Written['tls']>): Tls => ({
  certificate,
  key: key ?? certificate,
  profile,
  http2,
  hstsS: hsts === undefined ? null : Math.ceil(hsts / 1000),
});
