import { HttpProblem } from '../server/index.ts';

/** What a verb of the command line printed with `--json`. */
export interface VerbResult {
  /** The exit code. */
  readonly code: number;
  /** One object for each line of stdout. */
  readonly facts: readonly unknown[];
  /** The text on stderr. */
  readonly errors: string;
}

/**
 * Runs a verb of the command line on the store of the page, with `--json`.
 *
 * @param argv the verb and its options, without the options that name the store
 * @param stdin the text on stdin
 */
export type RunVerb = (argv: readonly string[], stdin?: string) => Promise<VerbResult>;

/** The one object that a verb prints. A check that found a problem printed it too. @throws {HttpProblem} where it failed */
export async function factOf(run: RunVerb, argv: readonly string[], stdin?: string) {
  const { facts, errors } = await run(argv, stdin);
  const [fact] = facts;
  if (fact === undefined) throw new HttpProblem(422, errors.replace(/^error: /, '').trim());
  return fact;
}
