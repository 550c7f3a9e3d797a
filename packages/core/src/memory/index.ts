// The bounded store in memory: rows, their sizes, and the order in which they are evicted.
// It never holds more than its bounds, and never reads the text of a row.
// Start at memory-store.ts; memory-row-store.ts is the memory as a cache sees it.
export { MemoryRowStore } from './memory-row-store.ts';
export { MemoryStore, type MemoryStoreOptions, memoryBounds } from './memory-store.ts';
