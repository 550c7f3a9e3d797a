import type { Tally } from './tally.ts';

/** The provider of what concerns the store alone. */
export const NOBODY = '';

/** What one process counted on one day, by provider and model. */
export interface DayBook {
  /** `YYYY-MM-DD`, in UTC. */
  readonly day: string;
  readonly tallies: Map<string, Map<string | undefined, Tally>>;
  /** Something was counted since it was last written down. */
  isChanged: boolean;
}

export interface NamedTally {
  readonly day: string;
  readonly provider: string;
  readonly model: string | undefined;
  readonly tally: Tally;
}

/** The tallies of a day, each with whose it is. */
export function rowsOf(tallies: DayBook['tallies']): readonly Omit<NamedTally, 'day'>[] {
  return [...tallies].flatMap(([provider, models]) =>
    [...models].map(([model, tally]) => ({ provider, model, tally })),
  );
}
