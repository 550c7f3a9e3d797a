import { texts } from '../command-line/options.ts';
import { UsageFailure } from '../terminal/exit.ts';

export const headerFlag = texts('<name: value>', 'a header of the request, as often as needed');

/** The headers that every SDK for this wire sends and that are in the key, and those that were given. */
export function headersOf(given: readonly string[] = []): Headers {
  const headers = new Headers({ accept: 'application/json', 'content-type': 'application/json' });
  for (const line of given) {
    const [name, ...rest] = line.split(':');
    const value = rest.join(':').trim();
    // The line itself may hold a credential.
    if (!name || value === '') throw new UsageFailure("A header is written 'name: value'.");
    headers.set(name.trim(), value);
  }
  return headers;
}
