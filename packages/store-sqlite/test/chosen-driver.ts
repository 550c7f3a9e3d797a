import type { SqliteStoreOptions } from '@cached-llm/store-sqlite';
import { isDriverName } from '../src/driver/index.ts';

const name = process.env.CACHED_LLM_TEST_SQLITE_DRIVER;

if (name !== undefined && !isDriverName(name)) throw new Error(`There is no driver ${name}.`);

/** The driver that the suite runs over, also in the processes that it starts. @default the store's own choice */
export const driver = name;

export function withDriver(options: string | SqliteStoreOptions = {}): SqliteStoreOptions {
  return { driver, ...(typeof options === 'string' ? { path: options } : options) };
}
