import { isControlHeader } from '@cached-llm/core/adapter';

type Input = Parameters<typeof fetch>[0];

/** The arguments of `fetch` without the headers that are for the cache: those are never sent. */
export function withoutControl(
  input: Input,
  init: RequestInit | undefined,
): readonly [Input, RequestInit | undefined] {
  const request = input instanceof Request ? input : undefined;
  const headers = new Headers(init?.headers ?? request?.headers);
  const controls = [...headers.keys()].filter(isControlHeader);
  const own = [...(request?.headers.keys() ?? [])].filter(isControlHeader);
  if (controls.length + own.length === 0) return [input, init];
  for (const name of controls) headers.delete(name);
  // A clone, because a request whose body was taken over cannot be read again.
  const sent =
    request === undefined || own.length === 0 ? input : new Request(request.clone(), { headers });
  return [sent, { ...init, headers }];
}
