import { pause } from '@cached-llm/core/store';
import type { EntryIndex, EntryPage, EntryQuery } from '../entries/index.ts';
import { SORTS, type Sort, type State } from '../entries/index.ts';
import { HttpProblem } from '../server/index.ts';

const STATES: readonly State[] = ['fresh', 'stale', 'fallback', 'expired', 'invalidated'];
const MOST_ROWS = 500;
const FIRST_WAIT = 300;

function numberIn(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const number = Number(text);
  if (number >= 0) return number;
  throw new HttpProblem(400, `${name} must be a number of 0 or more.`);
}

function stateIn(query: URLSearchParams): State | undefined {
  const text = query.get('state');
  if (text === null || text === '') return undefined;
  const state = STATES.find((each) => each === text);
  if (state !== undefined) return state;
  throw new HttpProblem(400, `state must be one of ${STATES.join(', ')}.`);
}

const textIn = (query: URLSearchParams, name: string) => query.get(name) || undefined;

/** The filter that a query string holds. @throws {HttpProblem} for a value that it cannot be */
export function filterIn(query: URLSearchParams): EntryQuery {
  return {
    text: textIn(query, 'text'),
    provider: textIn(query, 'provider'),
    model: textIn(query, 'model'),
    tag: textIn(query, 'tag'),
    scope: query.get('scope') ?? undefined,
    state: stateIn(query),
    olderThan: numberIn(query, 'olderThan'),
    youngerThan: numberIn(query, 'youngerThan'),
    largerThan: numberIn(query, 'largerThan'),
  };
}

function sortIn(query: URLSearchParams): Sort {
  const name = query.get('sort') ?? 'stored';
  if (Object.hasOwn(SORTS, name)) return name as Sort; // it is one of them
  throw new HttpProblem(400, `sort must be one of ${Object.keys(SORTS).join(', ')}.`);
}

/** A page of the table. While the first scan runs, it has what was found so far. */
export async function pageOfEntries(index: EntryIndex, query: URLSearchParams): Promise<EntryPage> {
  const filter = filterIn(query);
  const page = {
    sort: sortIn(query),
    isDescending: query.get('order') !== 'ascending',
    offset: Math.floor(numberIn(query, 'offset') ?? 0),
    limit: Math.min(MOST_ROWS, Math.floor(numberIn(query, 'limit') ?? 100)),
  };
  const isForced = query.get('refresh') === 'true';
  if (isForced) await index.readAgain();
  else await Promise.race([index.refresh(), pause(FIRST_WAIT, { ref: false })]);
  return index.page(filter, page);
}
