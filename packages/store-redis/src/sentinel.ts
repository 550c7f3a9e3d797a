import { createRedisClient, within } from './redis-client.ts';
import { firstReply } from './redis-servers.ts';
import type { RedisSettings } from './redis-store-options.ts';
import { type Address, addressOf, clientUrl, isSecureUrl, urlAt } from './redis-url.ts';

const DEFAULT_PORT = 26_379;

/** Connects to a sentinel anew each time, because sentinels go away as well as masters. */
async function askSentinel(sentinel: string, settings: RedisSettings): Promise<Address> {
  const tls = isSecureUrl(sentinel) ? (settings.tls ?? {}) : undefined;
  const url = clientUrl(urlAt(sentinel, addressOf(sentinel, DEFAULT_PORT)), tls);
  const client = createRedisClient({ ...settings, url, tls });
  client.on('error', () => {}); // the rejection says the same
  try {
    await client.connect();
    const name = addressOf(settings.url).host;
    const question = client.sendCommand(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name]);
    const reply: unknown = await within(settings.socketTimeout, question);
    if (!Array.isArray(reply)) throw new Error('ERR No such master with that name');
    return { host: String(reply[0]), port: Number(reply[1]) };
  } finally {
    if (client.isOpen) client.destroy();
  }
}

/**
 * Finds the URL of the master that the first sentinel to reply names.
 * @throws RedisUnavailableError if no sentinel knows the master
 */
export async function locateMaster(settings: RedisSettings): Promise<string> {
  const replies = settings.sentinels.map((sentinel) => askSentinel(sentinel, settings));
  return urlAt(settings.url, await firstReply(replies));
}
