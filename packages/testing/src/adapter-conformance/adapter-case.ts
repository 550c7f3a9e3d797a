import type { AdapterCapability } from './adapter-under-test.ts';
import type { CallMode } from './call-mode.ts';
import type { Trial } from './trial.ts';

/** One behaviour, as the end of a sentence that starts with its mode, and the test of it. */
export interface AdapterCase {
  readonly name: string;
  readonly needs?: readonly AdapterCapability[];
  /** @default both */
  readonly only?: CallMode<unknown>['name'];
  run<Request>(trial: Trial<Request>): Promise<void>;
}
