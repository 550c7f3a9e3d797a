import { allAt, type FieldPath, type Fields, hasAt, replaceAt } from './fields.ts';

/**
 * The random ids that clients make where a server sent none. A UUID: @langchain/ollama `src/utils.ts`, and after `call_` LiteLLM.
 * At least 16 letters and digits: `generateId` in vercel/ai `packages/provider-utils/src/generate-id.ts`. Pydantic AI has a prefix
 * of its own. Any other id stays as it is: the ids of servers come back with a stored answer, a text may mention an id that
 * is a word, and some models read them (Kimi K2 expects `functions.name:0`).
 */
const CLIENT_MADE =
  /^(call_|run-+|)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$|^(pyd_ai_|)[0-9a-f]{32}$|^(?=[A-Za-z]*\d|[a-z]+[A-Z]|[A-Z]+[a-z])[0-9A-Za-z]{16,32}$/;

/**
 * The new names of ids, which are numbers, so that none equals an id. An id in one place only is not renamed: what it links to
 * is not in this request.
 */
function namesOf(ids: readonly unknown[]): ReadonlyMap<unknown, number> {
  const once = new Set<unknown>();
  const linked = new Set(ids.filter((id) => once.size === once.add(id).size));
  const isMade = (id: unknown) => typeof id === 'string' && CLIENT_MADE.test(id);
  const made = [...once].filter((id) => linked.has(id) && isMade(id));
  return new Map(made.map((id, place) => [id, place]));
}

/**
 * The request in which the call ids that a client made at random are renamed by their order. An id links a call of the
 * conversation to its result, and the answer depends on the link and not on the text of the id. A client that makes the ids itself would otherwise
 * never ask the same twice. Two requests have one form only if the same ids are equal in both.
 *
 * @param paths where ids stand, in the order in which they are counted
 */
export function renameCallIds(request: Fields, paths: readonly FieldPath[]): Fields {
  if (!paths.some((path) => hasAt(request, path))) return request; // most conversations have no calls
  const ids = paths.flatMap((path) => allAt(request, path));
  const names = namesOf(ids);
  // What is no text is put in a list, so that it does not equal a new name.
  const nameOf = (id: unknown) => names.get(id) ?? (typeof id === 'string' ? id : [id]);
  return paths.reduce(
    (fields, path) => replaceAt(fields, path, nameOf) as Fields, // a record stays one
    request,
  );
}
