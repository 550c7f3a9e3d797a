import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
// Nothing else gives a program its garbage collector without a flag of the process.
const collect = runInNewContext('gc') as () => void;

/** Bytes in use, after everything is gone that can be. */
export function heapUse(): number {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
