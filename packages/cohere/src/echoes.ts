import { type Fields, listOf } from '@cached-llm/core';

/** What may come back beside the vectors: what was embedded. */
const ECHOES = ['texts', 'images'] as const;

/** What is echoed of each item, at `place`. */
export function echoesAt(response: Fields, place: number): Fields {
  const echoes = ECHOES.filter((name) => listOf(response[name]).length > place);
  return Object.fromEntries(echoes.map((name) => [name, [listOf(response[name])[place]]]));
}

/** The same of all items, from the responses to each. */
export function echoesOf(responses: readonly Fields[]): Fields {
  const echoes = ECHOES.filter((name) => Array.isArray(responses[0]?.[name]));
  const all = (name: string) => responses.flatMap((response) => listOf(response[name]));
  return Object.fromEntries(echoes.map((name) => [name, all(name)]));
}
