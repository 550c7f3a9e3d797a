import type { Reporter } from '../events/reporter.ts';
import type { Landed } from './landed.ts';
import type { Look } from './look-up.ts';
import type { Request } from './request.ts';

export interface ServeParts {
  readonly reporter: Reporter;
  readonly now: () => number;
}

/** A look that found an answer. */
export interface Answered extends Look {
  readonly answer: Landed;
  readonly waited: number;
}

export function isAnswered(look: Look): look is Answered {
  return look.answer !== undefined;
}

/** Answers from the store, and says so. */
export function serve(
  { reporter, now }: ServeParts,
  request: Request,
  { entry, state, answer, waited }: Answered,
): Landed {
  const at = now();
  const { storedAt = at, usage, took } = entry?.header ?? {};
  const { provider, model } = request.call.identity;
  const { key } = request.address;
  // Written out: this is made for every hit, and a spread costs more than all the rest of it.
  const event = { key, provider, model, usage, took, age: at - storedAt, waited };
  if (answer.outcome === 'hit') reporter.tell('hit', event);
  else reporter.tell('stale', { ...event, isFallback: state === 'fallback' });
  return answer;
}
