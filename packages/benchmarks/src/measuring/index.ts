// The workload that all sections share, and the rounds in which they measure it.
// Nothing here knows a library, and no figure counts a call that was supposed to be a hit and was none.
// Start reading in rounds.ts; workload.ts makes the requests and responses.
export { heapUse } from './heap-use.ts';
export { type Figures, median, type Run, rounds } from './rounds.ts';
export { isSafe, stored } from './stored.ts';
export {
  answersOnce,
  chunksOf,
  embeddingOf,
  embeddingRequest,
  requestOf,
  responseOf,
  takingTurns,
} from './workload.ts';
