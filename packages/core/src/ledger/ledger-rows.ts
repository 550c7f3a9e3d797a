import { type NamedTally, NOBODY } from './day-book.ts';
import { figuresOf } from './figures.ts';
import type { LedgerGroup, LedgerRow } from './ledger-figures.ts';

type Name = Pick<LedgerRow, 'provider' | 'model' | 'day'>;

/** What a row is of. */
const NAMES: Readonly<Record<LedgerGroup, (named: NamedTally) => Name>> = {
  model: ({ provider, model }) => ({ provider, model }),
  provider: ({ provider }) => ({ provider }),
  day: ({ day }) => ({ day }),
};

function grouped(named: readonly NamedTally[], group: LedgerGroup) {
  const groups = new Map<string, { readonly name: Name; readonly members: NamedTally[] }>();
  for (const one of named) {
    const name = NAMES[group](one);
    const id = JSON.stringify(name);
    const found = groups.get(id) ?? { name, members: [] };
    found.members.push(one);
    groups.set(id, found);
  }
  return [...groups.values()];
}

const byDay = (one: LedgerRow, other: LedgerRow) =>
  String(one.day).localeCompare(String(other.day));
const byRequests = (one: LedgerRow, other: LedgerRow) => other.requests - one.requests;

/** The figures of each model, provider or day. What concerns the store alone has a day, and no provider. */
export function rowsBy(named: readonly NamedTally[], group: LedgerGroup): readonly LedgerRow[] {
  const concerned = group === 'day' ? named : named.filter(({ provider }) => provider !== NOBODY);
  const rows = grouped(concerned, group).map(({ name, members }) => ({
    ...name,
    ...figuresOf(members),
  }));
  return rows.sort(group === 'day' ? byDay : byRequests);
}
