import fc from 'fast-check';
import { expect, test } from 'vitest';
import { writtenCluster } from './arbitrary-cluster.ts';
import { allFields, placesOf } from './fields.ts';

test('the descriptions of the property tests have every field and every choice', { timeout: 60_000 }, () => {
  const descriptions = fc.sample(writtenCluster, { numRuns: 400, seed: 1 });
  const values = (name: string): readonly unknown[] =>
    descriptions.flatMap((description) => placesOf(description, name)).map(({ value }) => value);
  const missing = allFields().flatMap(({ name, choices }) => {
    const found = new Set(values(name));
    return (choices.length > 0 ? choices : [undefined])
      .filter((choice) => (choice === undefined ? found.size === 0 : !found.has(choice)))
      .map((choice) => `${name} ${choice ?? ''}`);
  });
  expect(missing).toEqual([]);
});
