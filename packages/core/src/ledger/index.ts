// What requests came to is counted and summed here: calls, tokens, money and times, of this process and of all that share a store.
// It never holds the text of a prompt, an answer or a key, and an error of it never reaches a call.
// Start at cache-ledger.ts; what each event adds is in count-event.ts.

export { CacheLedger } from './cache-ledger.ts';
export { countEvents } from './count-event.ts';
export { CountersByDay } from './counters.ts';
export type {
  CacheStats,
  Ledger,
  LedgerFigures,
  LedgerGroup,
  LedgerRow,
  Money,
  SavedAndSpent,
  Timing,
  TokenCount,
} from './figures.ts';
export { ledgerPrefix } from './ledger-store.ts';
export { bestPrice, type PricedModel, type PriceOf } from './prices.ts';
