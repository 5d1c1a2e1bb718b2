#!/usr/bin/env node
// Makes the proxies that the tests run available on this machine, and the servers that list nodes for them: etcd and dnsmasq.
//
//   node scripts/install-proxies.mjs         nginx (with its stream module), haproxy, etcd and dnsmasq, from the system
//   node scripts/install-proxies.mjs --all   and, beside them, those of other Debian releases (see SUITES)

import { existsSync } from 'node:fs';
import { cacheFolder, writeIndex } from './proxies/cache.mjs';
import { cachedSuite, fetchSuite } from './proxies/suite.mjs';
import { findSystemProxies, missingPackages, systemCodename } from './proxies/system.mjs';
import { installPackages } from './proxies/system-install.mjs';

/** Debian releases, old to new: 1.22 and 2.6, 1.26 and 3.0, 1.30 and 3.2 as of November 2026. */
const SUITES = ['bookworm', 'trixie', 'forky'];

const all = parseArguments(process.argv.slice(2));
const cache = cacheFolder();

const missing = missingPackages();
if (missing.length > 0 && !installPackages(missing)) process.exit(1);

const otherSuites = SUITES.filter((suite) => suite !== systemCodename());

// Without --all the index is only kept right, never begun.
if (all || existsSync(cache)) {
  const proxies = findSystemProxies();
  for (const suite of otherSuites) {
    proxies.push(...(cachedSuite(cache, suite) ?? (all ? fetched(suite) : [])));
  }
  writeIndex(cache, proxies);
  if (all) printTable(proxies);
}

function fetched(suite) {
  try {
    return fetchSuite(cache, suite);
  } catch (error) {
    console.error(`${suite}: ${error.message}`);
    process.exitCode = 1;
    return [];
  }
}

function parseArguments(args) {
  const unknown = args.find((arg) => arg !== '--all');
  if (unknown !== undefined) {
    console.error(`unknown argument ${unknown}; usage: node scripts/install-proxies.mjs [--all]`);
    process.exit(2);
  }
  return args.includes('--all');
}

function printTable(proxies) {
  for (const { proxy, version, suite, binary } of proxies) {
    console.log(`${proxy.padEnd(8)} ${version.padEnd(9)} ${suite.padEnd(9)} ${binary}`);
  }
}
