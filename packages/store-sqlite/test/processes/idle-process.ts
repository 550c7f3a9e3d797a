// A test runs this. It ends by itself, although its store is open.
import { sqliteStore } from '@cached-llm/store-sqlite';
import { withDriver } from '../chosen-driver.ts';

const store = sqliteStore(withDriver(process.argv[2]));
await store.set('key', 'value');
process.stdout.write(`${await store.get('key')}\n`);
