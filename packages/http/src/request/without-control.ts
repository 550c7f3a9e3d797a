import { isControlHeader } from '@cached-llm/core/adapter';

type Input = Parameters<typeof fetch>[0];

/** The arguments of `fetch` without the headers that are for the cache: those are never sent. */
export function withoutControl(
  input: Input,
  init: RequestInit = {},
): readonly [Input, RequestInit] {
  const request = input instanceof Request ? input : undefined;
  const headers = new Headers(init.headers ?? request?.headers);
  const controls = [...headers.keys()].filter(isControlHeader);
  const own = [...(request?.headers.keys() ?? [])].filter(isControlHeader);
  if (controls.length + own.length === 0) return [input, init];
  for (const name of controls) headers.delete(name);
  return [own.length === 0 ? input : new Request(input, { headers }), { ...init, headers }];
}
