import { AsyncLocalStorage } from 'node:async_hooks';
import { shareOrigin } from '@cached-llm/core/adapter';

/** The last response that a method of an SDK got. */
interface Seen {
  response?: Response;
}

const asking = new AsyncLocalStorage<Seen>();

/** Says which response the method gets that asks at the moment. */
export function showResponse(response: Response): void {
  const seen = asking.getStore();
  if (seen !== undefined) seen.response = response;
}

/** The methods that were replaced. A client may be given twice. */
const traced = new WeakSet<object>();

/** Some methods return a promise of the result with the response beside it. */
const resultIn = (made: unknown, field: string | undefined): unknown =>
  field === undefined ? made : Reflect.get(Object(made), field);

/**
 * Lets what methods of an SDK make of a response come from the same call as the response, where the SDK writes each field
 * anew and takes nothing of the response over. Names that it does not have are left out.
 *
 * @param field the field of what a method returns that is the result @default none: it is the result
 */
export function traceMethods(part: object, names: readonly string[], field?: string): void {
  for (const name of names) {
    const method: unknown = Reflect.get(part, name);
    if (typeof method !== 'function' || traced.has(method)) continue;
    const value = async (...asked: unknown[]) => {
      const seen: Seen = {};
      const made: unknown = await asking.run(seen, () => Reflect.apply(method, part, asked));
      shareOrigin(seen.response ?? [], resultIn(made, field));
      return made;
    };
    traced.add(value);
    Object.defineProperty(part, name, { value, configurable: true, writable: true });
  }
}
