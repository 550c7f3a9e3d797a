// A test runs this. It must end by itself when its operations are done, although the store is open.
import { redisStore } from '@cached-llm/store-redis';

const [url = '', ...others] = process.argv.slice(2);
const store = redisStore(others.length === 0 ? { url } : { cluster: [url, ...others] });
const written = await store.set('key', 'value').catch(() => false);
const read = await store.get('key').catch((error) => error.code);
process.stdout.write(`${written} ${read}`);
