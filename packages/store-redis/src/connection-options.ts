import type { RedisUnavailableError } from './redis-errors.ts';
import type { RedisSettings } from './resolve-options.ts';

export interface ConnectionOptions {
  readonly settings: RedisSettings;
  /** The server's URL as it is now: asked before every attempt to connect. */
  readonly locate: () => string | Promise<string>;
  readonly onReady: () => void;
  /** Told of each kind of fault once in an outage, whatever its length. */
  readonly onFault: (fault: RedisUnavailableError) => void;
}
