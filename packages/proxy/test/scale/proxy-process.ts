// A proxy in a process of its own, which ends as a service does. Arguments: the URL of its store, and that of its upstream.
import { createLlmCache } from '@cached-llm/core';
import { startProxy } from '@cached-llm/proxy';

const [store = '', upstream = ''] = process.argv.slice(2);
const cache = createLlmCache({ store });
const upstreams = { openai: { url: `${upstream}/v1` } };
const proxy = await startProxy({ cache, port: 0, upstreams, trust: Number.POSITIVE_INFINITY });
process.once('SIGTERM', async () => {
  await proxy.close({ drain: '1s' });
  await cache.close();
  process.exit();
});
process.stdout.write(`${proxy.url}\n`);
