import type { ExitCode } from '../terminal/exit.ts';
import type { Flags, Given } from './options.ts';
import type { Session } from './session.ts';

/** What a verb is given to work with. */
interface Order<Of extends Flags> {
  readonly session: Session;
  /** What stands beside the flags. */
  readonly words: readonly string[];
  readonly given: Given<Of>;
}

/** What the program can do, and how it is asked to. */
export interface VerbDefinition<Of extends Flags> {
  readonly name: string;
  /** One line of help. */
  readonly summary: string;
  /** What stands beside the flags: `<key>`, `[file]`, `[keys...]`. */
  readonly words?: readonly string[];
  readonly flags?: Of;
  /** What help shows below the flags. */
  readonly notes?: string;
  run(order: Order<Of>): Promise<ExitCode | undefined>;
}

export type Verb = VerbDefinition<Flags>;

export function verb<Of extends Flags>(definition: VerbDefinition<Of>): Verb {
  const { flags, run, ...rest } = definition;
  return {
    ...rest,
    flags: flags ?? {},
    // Each flag's own `read` made what is given.
    run: (order) => run({ ...order, given: order.given as Given<Of> }),
  };
}
