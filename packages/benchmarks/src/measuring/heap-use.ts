import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

function collector(): () => void {
  // A program gets its garbage collector only with a flag of the process, or in this way.
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

/** The bytes of heap in use after a garbage collection. */
export function heapUse(): number {
  collect ??= collector();
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
