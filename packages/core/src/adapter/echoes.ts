import { type Fields, isFields } from '../key/index.ts';
import type { Adapter } from './adapter.ts';

/** The fields of a response that repeat a request, as this request has them. Undefined where nothing is repeated. */
export function ownEchoes(
  { echoes }: Pick<Adapter, 'echoes'>,
  request: unknown,
): Fields | undefined {
  // Chat completions repeat nothing: a hit of one is not to pay for this.
  if (echoes === undefined || !isFields(request) || 'messages' in request) return undefined;
  const own = Object.entries(echoes).map(([name, unset]) => [name, request[name] ?? unset]);
  return Object.fromEntries(own);
}

/** A response, or an event of the Responses API that carries one, with the caller's own fields. Any other value stays as it is. */
export function withOwnEchoes(value: unknown, own: Fields): unknown {
  if (!isFields(value)) return value;
  if (isFields(value.response)) return { ...value, response: withOwnEchoes(value.response, own) };
  const repeated = Object.entries(own).filter(([name]) => name in value);
  return { ...value, ...Object.fromEntries(repeated) };
}
