import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { storeConformance } from '../../src/store-conformance/store-conformance.ts';

const runner = { describe, test, expect, beforeEach, afterEach };

const missing = storeConformance(runner, {
  name: 'a bare Map',
  open: async () => ({ store: new Map<string, string>(), close: async () => {} }),
  capabilities: {},
});

test('lists the capabilities that a store does not claim', () => {
  expect(missing).toEqual([
    'atomic',
    'errorEvents',
    'expiry',
    'getMany',
    'leases',
    'scan',
    'shared',
    'sweep',
  ]);
});

function registered(capabilities: { expiry?: boolean; scan?: boolean }): string[] {
  const names: string[] = [];
  const recorder = {
    ...runner,
    describe: (name: string, define: () => void) => {
      names.push(name);
      define();
    },
    test: (name: string) => names.push(name),
    beforeEach: () => {},
    afterEach: () => {},
  };
  const open = async () => ({ store: new Map<string, string>(), close: async () => {} });
  storeConformance(recorder, { name: 'Some', open, capabilities });
  return names;
}

test('names in its title the capabilities that a store lacks', () => {
  const [title] = registered({ expiry: true, scan: true });
  expect(title).toBe('Some as a store (lacks atomic, errorEvents, getMany, leases, shared, sweep)');
});

test('tests only the capabilities that a store claims', () => {
  const scans = (names: string[]) => names.filter((name) => name.startsWith('a scan'));
  expect(scans(registered({ expiry: true }))).toEqual([]);
  expect(scans(registered({ scan: true })).length).toBeGreaterThan(3);
  expect(registered({ expiry: true })).toContain('a row is gone after its ttl, and not before');
  expect(registered({})).not.toContain('a row is gone after its ttl, and not before');
});
