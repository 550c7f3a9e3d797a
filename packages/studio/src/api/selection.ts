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

/** The selection in a body: each key once. @throws {HttpProblem} where there is none, or more than one */
export function selectionIn({ keys, filter }: Fields): Selection {
  if (isTexts(keys) && filter === undefined) return { keys: [...new Set(keys)] };
  if (keys === undefined && typeof filter === 'string')
    return { filter: filterIn(new URLSearchParams(filter)) };
  throw new HttpProblem(400, 'Select entries either by keys or by a filter.');
}
