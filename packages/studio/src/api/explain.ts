import { HttpProblem } from '../server/index.ts';
import { factOf, type RunVerb } from './verbs.ts';

const OPTIONS = ['url', 'adapter', 'scope'] as const;

/** A value of the body that is a text. */
function textOf(body: object, name: string): string | undefined {
  const value: unknown = Object.getOwnPropertyDescriptor(body, name)?.value;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Why a request that the user pasted is a hit or a miss, and how the nearest entry differs. */
export async function explain(run: RunVerb, body: unknown): Promise<unknown> {
  if (typeof body !== 'object' || body === null) throw new HttpProblem(400, 'Write a request.');
  const request = textOf(body, 'request');
  if (request === undefined) throw new HttpProblem(400, 'Paste the JSON of a request.');
  const options = OPTIONS.flatMap((name) => {
    const value = textOf(body, name);
    return value === undefined ? [] : [`--${name}=${value}`];
  });
  return factOf(run, ['explain', ...options, '--', '-'], request);
}
