import type { Logger } from '../events/logger.ts';
import type { PriceOf } from '../ledger/prices.ts';
import type { Duration } from '../options/duration.ts';

/** What a cache counts, and whom it tells. */
export interface LedgerOptions {
  /**
   * How often this process writes its counts to the store, for `cache.ledger()` of all processes: some 1 KB a
   * day and model, kept for 90 days. A process that is killed loses those since; `false` writes none.
   * @default '10s'
   */
  readonly ledger?: Duration | false | undefined;
  /** Gets a line for each event, with no prompt in it: `console`, a pino, or their like. @default none */
  readonly logger?: Logger | undefined;
  /**
   * US dollars for an answer, over what the provider and the list of prices say; nothing where you do not know.
   * @default the response's own `usage.cost`, else `@pydantic/genai-prices` where that is installed
   */
  readonly priceOf?: PriceOf | undefined;
}
