import type { Question } from './question.ts';

/** The part of the SDK's middleware that is of use here. */
export interface Sent {
  input: object;
}
export interface Received {
  output: object;
  response: unknown;
}

/** A command on its way through the middleware. */
export interface Passage<Args extends Sent, Result extends Received> {
  readonly question: Question;
  /** The caller's own signal. */
  readonly own: AbortSignal | undefined;
  readonly args: Args;
  readonly next: (args: Args) => Promise<Result>;
}
