import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nodeSystem } from '../../../src/platform/node-system.ts';
import type { System } from '../../../src/platform/system.ts';
import { type FilesWatch, watchFiles } from '../../../src/watch/files/watch-files.ts';
import { fakeClock } from '../fake-clock.ts';

let folder = '';
let file = '';
let watching: FilesWatch | null = null;
let errors: unknown[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), 'watch-files-'));
  file = join(folder, 'cluster.yaml');
  errors = [];
});

afterEach(async () => {
  await watching?.close();
  watching = null;
  rmSync(folder, { recursive: true });
  expect(errors).toEqual([]);
});

/** Changes that were told, to be waited for one by one. */
const changes = () => {
  const told: string[] = [];
  let wake: () => void = () => {};
  return {
    tell: (name: string) => {
      told.push(name);
      wake();
    },
    /** The next one that was not taken yet. */
    next: async (): Promise<string> => {
      while (told.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return told.shift() ?? '';
    },
    untaken: told,
  };
};

const start = async (
  files: readonly string[],
  { events = true, clock = fakeClock() as Pick<System, 'sleep'> } = {},
) => {
  const { tell, next, untaken } = changes();
  const onError = (error: unknown) => void errors.push(error);
  const filesWatch = watchFiles(tell, { pollMs: 1000, onError, events }, clock);
  watching = filesWatch;
  await filesWatch.watch(files);
  return { next, untaken, watch: filesWatch.watch };
};

const put = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};

/** As kubelet does it: the files are links through `..data`, which is a link to the current version's folder. */
const putConfigMap = (version: string, text: string): void => {
  put(join(folder, `..${version}/cluster.yaml`), text);
  symlinkSync(`..${version}`, join(folder, '..data_tmp'));
  renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
};

interface Case {
  readonly name: string;
  given(): void;
  change(): void;
}

const CASES: readonly Case[] = [
  {
    name: 'is written in place',
    given: () => put(file, 'old'),
    change: () => writeFileSync(file, 'new one'),
  },
  { name: 'is appended to', given: () => put(file, 'old'), change: () => appendFileSync(file, ' and more') },
  {
    name: 'is replaced by rename',
    given: () => put(file, 'old'),
    change: () => {
      put(join(folder, '.cluster.yaml.tmp'), 'new');
      renameSync(join(folder, '.cluster.yaml.tmp'), file);
    },
  },
  {
    name: 'is saved by an editor that moves the old one away',
    given: () => put(file, 'old'),
    change: () => {
      renameSync(file, `${file}~`);
      put(file, 'new');
      rmSync(`${file}~`);
    },
  },
  {
    name: 'is replaced by one of the same size and time',
    given: () => {
      put(file, 'old');
      utimesSync(file, 1000, 1000);
    },
    change: () => {
      put(`${file}.new`, 'new');
      utimesSync(`${file}.new`, 1000, 1000);
      renameSync(`${file}.new`, file);
    },
  },
  {
    name: 'is written in place with its old size and time',
    given: () => {
      put(file, 'old');
      utimesSync(file, 1000, 1000);
    },
    change: () => {
      writeFileSync(file, 'new');
      utimesSync(file, 1000, 1000);
    },
  },
  { name: 'is deleted', given: () => put(file, 'old'), change: () => rmSync(file) },
  { name: 'is created', given: () => {}, change: () => put(file, 'new') },
  {
    name: 'is a ConfigMap that is swapped',
    given: () => {
      putConfigMap('1', 'old');
      symlinkSync('..data/cluster.yaml', file);
    },
    change: () => putConfigMap('2', 'new'),
  },
  {
    name: 'is a link to another folder, and written there',
    given: () => {
      put(join(folder, 'real/deep/cluster.yaml'), 'old');
      symlinkSync('real', join(folder, 'link'));
      symlinkSync('link/deep/cluster.yaml', file);
    },
    change: () => writeFileSync(join(folder, 'real/deep/cluster.yaml'), 'new one'),
  },
  {
    name: 'is a link that is led elsewhere',
    given: () => {
      put(join(folder, 'a'), 'old');
      put(join(folder, 'b'), 'new');
      symlinkSync(join(folder, 'a'), file);
    },
    change: () => {
      symlinkSync(join(folder, 'b'), `${file}.new`);
      renameSync(`${file}.new`, file);
    },
  },
  {
    name: 'is a link to nothing that becomes something',
    given: () => symlinkSync('../watch-later', file),
    change: () => {
      rmSync(file);
      put(join(folder, 'later'), 'new');
      symlinkSync('later', file);
    },
  },
];

describe('a file that', () => {
  test.each(CASES)('$name is told by events', async ({ given, change }) => {
    given();
    const { next } = await start([file]);
    change();
    expect(await next()).toBe(file);
  });

  test.each(CASES)('$name is told by the poll alone', async ({ given, change }) => {
    const clock = fakeClock();
    given();
    const { next, untaken } = await start([file], { events: false, clock });
    change();
    await clock.pass(999);
    expect(untaken).toEqual([]);
    await clock.pass(1);
    expect(await next()).toBe(file);
  });
});

const FOLDER_CASES: readonly Case[] = [
  {
    name: 'gets a file',
    given: () => mkdirSync(join(folder, 'nodes')),
    change: () => put(join(folder, 'nodes/a.yaml'), 'new'),
  },
  {
    name: 'loses a file',
    given: () => put(join(folder, 'nodes/a.yaml'), 'old'),
    change: () => rmSync(join(folder, 'nodes/a.yaml')),
  },
  {
    name: 'has a file that is written in place',
    given: () => put(join(folder, 'nodes/a.yaml'), 'old'),
    change: () => appendFileSync(join(folder, 'nodes/a.yaml'), ' and more'),
  },
  {
    name: 'has a link to a file elsewhere that is written',
    given: () => {
      put(join(folder, 'elsewhere/a.yaml'), 'old');
      mkdirSync(join(folder, 'nodes'));
      symlinkSync('../elsewhere/a.yaml', join(folder, 'nodes/a.yaml'));
    },
    change: () => appendFileSync(join(folder, 'elsewhere/a.yaml'), ' and more'),
  },
  { name: 'comes to be', given: () => {}, change: () => put(join(folder, 'nodes/a.yaml'), 'new') },
];

describe('a folder that', () => {
  test.each(FOLDER_CASES)('$name is told by events', async ({ given, change }) => {
    given();
    const nodes = join(folder, 'nodes');
    const { next } = await start([nodes]);
    change();
    expect(await next()).toBe(nodes);
  });

  test.each(FOLDER_CASES)('$name is told by the poll alone', async ({ given, change }) => {
    const clock = fakeClock();
    given();
    const nodes = join(folder, 'nodes');
    const { next } = await start([nodes], { events: false, clock });
    change();
    await clock.pass(1000);
    expect(await next()).toBe(nodes);
  });
});

describe('events', () => {
  test('tell of each write, however quickly one follows another with the same size', async () => {
    put(file, '0');
    const { next, untaken } = await start([file]);
    for (let round = 0; round < 300; round += 1) {
      untaken.length = 0;
      writeFileSync(file, String(round % 10));
      await next();
    }
  });

  test('tell of what happens to a file that came back', async () => {
    put(file, 'old');
    const { next } = await start([file]);
    for (let round = 0; round < 5; round += 1) {
      rmSync(file);
      await next();
      put(file, `new ${round}`);
      await next();
    }
  });

  test('tell of each swap of a ConfigMap, and of a write into the version that is current', async () => {
    putConfigMap('0', 'old');
    symlinkSync('..data/cluster.yaml', file);
    const { next, untaken } = await start([file]);
    for (let version = 1; version < 5; version += 1) {
      putConfigMap(String(version), `version ${version}`);
      await next();
      rmSync(join(folder, `..${version - 1}`), { recursive: true });
    }
    untaken.length = 0;
    writeFileSync(join(folder, '..4/cluster.yaml'), 'in place');
    expect(await next()).toBe(file);
  });

  test('tell of a file whose folders come, go, and come again', async () => {
    const deep = join(folder, 'a/b/c/cluster.yaml');
    const { next } = await start([deep]);
    for (let round = 0; round < 5; round += 1) {
      put(deep, `round ${round}`);
      expect(await next()).toBe(deep);
      rmSync(join(folder, 'a'), { recursive: true });
      expect(await next()).toBe(deep);
    }
  });

  test('tell of a write in a folder that was exchanged for another', async () => {
    const deep = join(folder, 'a/b/cluster.yaml');
    put(deep, 'old');
    put(join(folder, 'new/b/cluster.yaml'), 'new');
    const { next, untaken, watch } = await start([deep]);
    renameSync(join(folder, 'a'), join(folder, 'old'));
    renameSync(join(folder, 'new'), join(folder, 'a'));
    await next();
    await watch([deep]);
    untaken.length = 0;
    writeFileSync(deep, 'newest');
    expect(await next()).toBe(deep);
  });

  test('tell of a write in a folder that was deleted and made again at once', async () => {
    const deep = join(folder, 'a/b/cluster.yaml');
    put(deep, 'old');
    const { next, untaken, watch } = await start([deep]);
    for (let round = 0; round < 5; round += 1) {
      rmSync(join(folder, 'a'), { recursive: true });
      put(deep, `made again ${round}`);
      await next();
      await watch([deep]);
      untaken.length = 0;
      writeFileSync(deep, `written ${round}`);
      expect(await next()).toBe(deep);
    }
  });

  test('of other files of the folder, and of folders below, are not told', async () => {
    put(file, 'old');
    put(join(folder, 'below/cluster.yaml'), 'old');
    const { next, untaken } = await start([file]);
    for (let other = 0; other < 500; other += 1) put(join(folder, `other-${other}`), 'x');
    put(join(folder, 'below/cluster.yaml'), 'new');
    put(join(folder, 'below/deeper/cluster.yaml'), 'new');
    rmSync(join(folder, 'other-1'));
    // Events come in their order, so what was not told before this one will not be.
    rmSync(file);
    await next();
    expect(untaken).toEqual([]);
    expect(readdirSync(folder)).toHaveLength(500);
  });

  test('come for the files of the last set alone, and changes of those that stay are not lost', async () => {
    const other = join(folder, 'nodes.yaml');
    put(file, 'old');
    put(other, 'old');
    const { next, untaken, watch } = await start([file]);
    writeFileSync(file, 'changed meanwhile');
    await watch([file, other]);
    expect(await next()).toBe(file);
    await watch([other]);
    untaken.length = 0;
    writeFileSync(file, 'no matter');
    writeFileSync(other, 'new one');
    expect(await next()).toBe(other);
    expect(untaken).toEqual([]);
  });
});

test('nothing is told after it was closed, and closing does not wait for the poll', async () => {
  put(file, 'old');
  const closed = await start([file], { clock: nodeSystem });
  await watching?.close();
  const { next } = await start([file]);
  writeFileSync(file, 'new one');
  await next();
  expect(closed.untaken).toEqual([]);
});

test('the time between looks can change', async () => {
  put(file, 'old');
  const clock = fakeClock();
  let pollMs = 1000;
  const options = {
    get pollMs() {
      return pollMs;
    },
    onError: (error: unknown) => void errors.push(error),
    events: false,
  };
  const { tell, next, untaken } = changes();
  watching = watchFiles(tell, options, clock);
  await watching.watch([file]);
  pollMs = 50;
  await clock.pass(1000);
  await watching.watch([file]);
  writeFileSync(file, 'new one');
  expect(untaken).toEqual([]);
  await clock.pass(50);
  expect(await next()).toBe(file);
});

test('what onChange throws is told as an error, and the watching goes on', async () => {
  put(file, 'old');
  const { tell, next } = changes();
  const told: unknown[] = [];
  const bug = new Error('a bug');
  const onChange = (name: string): void => {
    tell(name);
    throw bug;
  };
  watching = watchFiles(onChange, { pollMs: 1000, onError: (error) => told.push(error) }, fakeClock());
  await watching.watch([file]);
  writeFileSync(file, 'new one');
  await next();
  rmSync(file);
  await next();
  await watching.close();
  expect(new Set(told)).toEqual(new Set([bug]));
});
