// A test runs this. It stores the name of its driver, and prints the rows of both drivers.
import { sqliteStore } from '@cached-llm/store-sqlite';
import { isDriverName } from '../../src/driver/index.ts';

const [path, driver = ''] = process.argv.slice(2);
if (!isDriverName(driver)) throw new Error(`There is no driver ${driver}.`);
const store = sqliteStore({ ...(path === undefined ? {} : { path }), driver });

await store.set(driver, driver);
process.stdout.write(`${(await store.getMany(['sqlite3', 'node:sqlite'])).join()}\n`);
await store.disconnect();
