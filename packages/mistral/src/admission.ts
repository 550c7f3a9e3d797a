import {
  admission,
  type Fields,
  fieldsOf,
  isFields,
  isGiven,
  listOf,
  offersTool,
  type Rejection,
  rejectMessages,
} from '@cached-llm/core/adapter';
import { rejectListedEmbeddings } from '@cached-llm/http';
import { isReadable } from './readable.ts';

/** Is this an error, as a whole response or as a chunk of a stream? */
export function isError(value: unknown): boolean {
  return isFields(value) && (value.object === 'error' || isGiven(value.error));
}

function rejectAnswer(response: Fields, request: unknown): Rejection | undefined {
  if (isError(response)) return 'error';
  if (!isReadable(response)) return 'malformed';
  if (Array.isArray(response.choices)) return rejectMessages(response, request);
  return rejectListedEmbeddings(response, request);
}

/** A part of a text that names where it was found. An agent has tools that no request names. */
function hasReference(choice: unknown): boolean {
  const { content } = fieldsOf(fieldsOf(choice).message);
  return listOf(content).some((part) => /reference/.test(String(fieldsOf(part).type)));
}

/** Why a response is not stored; undefined where it may be. Every tool but a function runs at the provider. */
export const rejects = admission({
  rejectAnswer,
  isHosted: (request, { choices }) =>
    offersTool(request, ({ type }) => isGiven(type) && type !== 'function') ||
    listOf(choices).some(hasReference),
});
