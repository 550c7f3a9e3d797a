import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { type Kind, TestStore, TestStores } from './test-stores.ts';

/** Test stores that open before the first test of a file, and end after the last. */
export function useTestStores(): TestStores {
  const testStores = new TestStores();
  beforeAll(() => testStores.start());
  afterAll(() => testStores.close());
  return testStores;
}

/** A store that is new and empty in each test. */
export function useTestStore(testStores: TestStores, kind: Kind): TestStore {
  const testStore = new TestStore('', '');
  beforeEach(() => void Object.assign(testStore, testStores.next(kind)));
  return testStore;
}
