// Run by a test: stays until its operations are done, and then ends by itself though the store is open.
import { redisStore } from '@cached-llm/store-redis';

const store = redisStore(process.argv[2]);
const written = await store.set('key', 'value').catch(() => false);
const read = await store.get('key').catch((error) => error.code);
process.stdout.write(`${written} ${read}`);
