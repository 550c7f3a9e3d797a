// Calls, tokens, money and times are counted and summed here, for this process and for all that share a store.
// It never holds the text of a prompt, an answer or a key, and its own failures never reach a call.
// Start at cache-ledger.ts; what each event adds is in count-event.ts.

export { CacheLedger, type LedgerRange } from './cache-ledger.ts';
export { countEvents } from './count-event.ts';
export { ledgerPrefix } from './counters.ts';
export { CountersByTime } from './counters-by-time.ts';
export type {
  CacheStats,
  Ledger,
  LedgerFigures,
  LedgerGroup,
  LedgerRow,
  Money,
  Timing,
  TokenCount,
} from './figures.ts';
export { bestPrice, type PricedModel, type PriceOf } from './prices.ts';
export type { ProviderEntries, StoreFigures } from './store-figures.ts';
