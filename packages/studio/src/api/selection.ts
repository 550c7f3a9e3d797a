import type { EntryQuery } from '../entries/index.ts';
import { HttpProblem } from '../server/index.ts';
import { filterIn } from './entries.ts';

/** The entries that the user means: by their keys, or all that a filter shows. */
export type Selection =
  | { readonly keys: readonly string[]; readonly filter?: undefined }
  | { readonly filter: EntryQuery; readonly keys?: undefined };

type Fields = Readonly<Record<string, unknown>>;

/** The fields of a body. A body that is no object has none. */
export const fieldsOf = (body: unknown): Fields =>
  typeof body === 'object' && body !== null ? { ...body } : {};

/** Is it a list of texts? */
export const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');

/**
 * A condition that is not known would select all, and so would the one of two that is not read.
 *
 * @throws {HttpProblem}
 */
function conditionsIn(text: string): EntryQuery {
  const query = new URLSearchParams(text);
  const filter = filterIn(query);
  const names = [...query.keys()];
  const wrong = names.find(
    (name, at) => !Object.hasOwn(filter, name) || names.indexOf(name) !== at,
  );
  if (wrong === undefined) return filter;
  const known = Object.keys(filter).join(', ');
  throw new HttpProblem(400, `The filter has ${wrong}. It may have each of these once: ${known}.`);
}

/** The selection in a body: each key once. @throws {HttpProblem} where there is none, or more than one */
export function selectionIn({ keys, filter }: Fields): Selection {
  if (isTexts(keys) && filter === undefined) return { keys: [...new Set(keys)] };
  if (keys === undefined && typeof filter === 'string') return { filter: conditionsIn(filter) };
  throw new HttpProblem(400, 'Select entries either by keys or by a filter.');
}
