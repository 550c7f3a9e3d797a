import { firstAnswer } from './first-answer.ts';
import { createRedisClient } from './redis-client.ts';
import { type Address, addressOf, clientUrl, isSecureUrl, urlAt } from './redis-url.ts';
import type { RedisSettings } from './resolve-options.ts';
import { within } from './within.ts';

const DEFAULT_PORT = 26_379;

/** What one sentinel says; it is asked afresh each time, for it may go as well as the master. */
async function askSentinel(sentinel: string, settings: RedisSettings): Promise<Address> {
  const tls = isSecureUrl(sentinel) ? (settings.tls ?? {}) : undefined;
  const url = clientUrl(urlAt(sentinel, addressOf(sentinel, DEFAULT_PORT)), tls);
  const client = createRedisClient({ ...settings, url, tls });
  client.on('error', () => {}); // the rejection says so as well
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
 * The URL of the master, as the first sentinel to answer has it.
 * @throws RedisUnavailableError where no sentinel knows
 */
export async function locateMaster(settings: RedisSettings): Promise<string> {
  const asked = settings.sentinels.map((sentinel) => askSentinel(sentinel, settings));
  return urlAt(settings.url, await firstAnswer(asked));
}
