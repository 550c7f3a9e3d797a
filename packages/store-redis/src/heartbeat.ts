import type { RedisClientType } from '@keyv/redis';

export interface HeartbeatOptions {
  /** Milliseconds between two pings. */
  readonly interval: number;
  /** Milliseconds an answer may take. */
  readonly patience: number;
  readonly onSilence: () => void;
}

const ignore = (): void => {};

/**
 * Pings the connection, so that it is never silent while the server lives, and tells when no answer comes: the
 * socket's own timeout begins anew with every command written, and under steady traffic never ends. Keeps no
 * process alive, as the client's own pings would.
 */
export function startHeartbeat(
  client: RedisClientType,
  { interval, patience, onSilence }: HeartbeatOptions,
): NodeJS.Timeout {
  let isPinging = false;
  const beat = async (): Promise<void> => {
    if (isPinging || !client.isReady) return;
    isPinging = true;
    const silence = setTimeout(onSilence, patience).unref();
    await client.ping().catch(ignore); // a loss is an event of the client
    clearTimeout(silence);
    isPinging = false;
  };
  return setInterval(beat, interval).unref();
}
