import type { Served, Usage } from '../entry/index.ts';
import { startTimer } from '../options/index.ts';

/** What is known of a complete answer. */
export interface Verdict {
  /** Why the answer is not stored. Undefined where it may be. */
  readonly rejection?: string | undefined;
  /** The HTTP status of an answer that is an error. */
  readonly error?: string | undefined;
  /** The user's `admit` is still deciding: what `rejection` will be. It never rejects. */
  readonly deciding?: Promise<string | undefined> | undefined;
  readonly usage?: Usage | undefined;
  /** The model that answered. */
  readonly served?: Served | undefined;
}

/** Milliseconds that an async `admit` or `when` may take. */
const DECISION_TIMEOUT = 60_000;

/** @throws where the user's predicate rejects, or takes too long. */
export async function decisionOf<Decision>(decided: PromiseLike<Decision>): Promise<Decision> {
  let cancel = () => {};
  const timeout = new Promise<never>((_resolve, reject) => {
    cancel = startTimer(DECISION_TIMEOUT, () => reject());
  });
  return Promise.race([decided, timeout]).finally(cancel);
}

/** The verdict once the user's `admit` has decided. */
export async function settled({ deciding, ...verdict }: Verdict): Promise<Verdict> {
  return deciding === undefined ? verdict : { ...verdict, rejection: await deciding };
}

/** May the answer be stored, as far as is known now? */
export const isAdmitted = ({ rejection, deciding }: Verdict) =>
  rejection === undefined && deciding === undefined;
