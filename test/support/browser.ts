import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';

/**
 * A site whose cookies the browser keeps, one whose cookies its user has blocked, and a third; all are 127.0.0.1.
 * Under localhost, since elsewhere the document.domain of SockJS's htmlfile page shuts it off from its http parent.
 */
export const sites = {
  kept: 'kept.localhost',
  blocked: 'blocked.localhost',
  other: 'other.localhost',
} as const;

/** The file of sockjs-client that is published for browsers. */
export const sockjsClient = createRequire(import.meta.url).resolve('sockjs-client/dist/sockjs.min.js');

/** One headless Chromium that reaches this machine and nothing else. */
export interface Browser {
  /** A new user: no cookies, no cache, no connections. */
  newUser(): Promise<BrowserContext>;
  close(): Promise<void>;
}

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP *.localhost 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/** What the settings page writes: third parties may have cookies, one site may never. New users' profiles inherit it. */
const PREFERENCES = {
  profile: {
    cookie_controls_mode: 0,
    content_settings: { exceptions: { cookies: { [`[*.]${sites.blocked},*`]: { setting: 2 } } } },
  },
};

/** Starts Debian's Chromium. */
export const startBrowser = async (): Promise<Browser> => {
  const executablePath = findChromium();
  const profile = await mkdtemp(join(tmpdir(), 'meteor-lb-chromium-'));
  await mkdir(join(profile, 'Default'));
  await writeFile(join(profile, 'Default', 'Preferences'), JSON.stringify(PREFERENCES));
  // Preferences are read for a persistent context alone; the users are contexts of their own beside it.
  const first = await chromium.launchPersistentContext(profile, { executablePath, args: ARGS });
  return {
    newUser: async () => {
      const user = await first.browser()?.newContext({ ignoreHTTPSErrors: true });
      if (!user) throw new Error('Chromium has ended');
      return user;
    },
    close: async () => {
      await first.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
};

const findChromium = (): string => {
  const found = execFileSync('/bin/sh', ['-c', 'command -v chromium || true'], { encoding: 'utf8' }).trim();
  const file = found || '/usr/bin/chromium';
  if (!existsSync(file)) throw new Error('no Chromium on this machine: run "apt-get install chromium"');
  return file;
};
