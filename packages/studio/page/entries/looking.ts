import { placeIn } from '../place.ts';
import type { Order } from './entry-table.tsx';

/** What the table shows. An empty text is no condition. */
export interface Filter {
  readonly text: string;
  readonly provider: string;
  readonly model: string;
  readonly tag: string;
  readonly state: string;
  /** Milliseconds. */
  readonly olderThan: string;
  readonly youngerThan: string;
  /** Bytes. */
  readonly largerThan: string;
  /** Entries that all share, or those of one scope. */
  readonly sharing: '' | 'shared' | 'scoped';
  readonly scope: string;
}

export const NO_FILTER: Filter = {
  text: '',
  provider: '',
  model: '',
  tag: '',
  state: '',
  olderThan: '',
  youngerThan: '',
  largerThan: '',
  sharing: '',
  scope: '',
};

/** The conditions as the server reads them. */
export function conditionsOf({ sharing, scope, ...filter }: Filter) {
  const given = Object.entries(filter).filter(([, value]) => value !== '');
  const isScoped = sharing === 'shared' || (sharing === 'scoped' && scope !== '');
  const own = isScoped ? { scope: sharing === 'shared' ? '' : scope } : {};
  return { ...Object.fromEntries(given), ...own };
}

/** How the table is looked at. It stays when the user goes to an entry and back. */
export interface Looking {
  readonly filter: Filter;
  readonly order: Order;
  /** The first row in sight. */
  readonly first: number;
  readonly selected: ReadonlySet<string>;
}

const NEWEST: Order = { sort: 'stored', order: 'descending' };

let kept: Looking = { filter: NO_FILTER, order: NEWEST, first: 0, selected: new Set() };

/** The address of the table. A scope may name a person: it is in no address, which a browser remembers. */
export function entriesAddress({ filter, order }: Looking = kept): string {
  const { scope: _, ...shown } = filter;
  const all = {
    ...shown,
    ...((order.sort !== NEWEST.sort || order.order !== NEWEST.order) && order),
  };
  const given = Object.entries(all).filter(([, value]) => value !== '');
  return given.length === 0 ? '#/entries' : `#/entries?${new URLSearchParams(given)}`;
}

/** The fields of the address that are known. */
function lookingIn(query: URLSearchParams): Looking {
  const known = Object.keys(NO_FILTER).map((name) => [name, query.get(name) ?? '']);
  const filter: Filter = { ...NO_FILTER, ...Object.fromEntries(known) };
  const order = query.get('order') === 'ascending' ? 'ascending' : 'descending';
  const sort = (query.get('sort') ?? NEWEST.sort) as Order['sort']; // the server refuses another one
  return { filter, order: { sort, order }, first: 0, selected: new Set() };
}

/** How the table is looked at first: as the address says, or else as before. */
export function firstLooking(): Looking {
  const { query } = placeIn(location.hash);
  const isAsBefore = query.size === 0 || location.hash === entriesAddress(kept);
  return isAsBefore ? kept : lookingIn(query);
}

/** Keeps it for the way back, and in the address for a reload. */
export function keepLooking(looking: Looking): void {
  kept = looking;
  const address = entriesAddress(looking);
  if (location.hash !== address) history.replaceState(history.state, '', address);
}
