// A test runs this: it ends by itself if an open store keeps no process alive.
import { sqliteStore } from '@cached-llm/store-sqlite';

const store = sqliteStore(process.argv[2]);
await store.set('key', 'value');
process.stdout.write(`${await store.get('key')}\n`);
