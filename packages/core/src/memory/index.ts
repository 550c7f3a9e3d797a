// The bounded store in memory: rows, their sizes, and which of them is evicted.
// It never holds more than its bounds, and never reads what a row says.
// Start at memory-store.ts.
export { MemoryStore, type MemoryStoreOptions } from './memory-store.ts';
