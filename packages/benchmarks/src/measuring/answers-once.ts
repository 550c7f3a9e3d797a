/** A provider that knows each request once: a hit that is none breaks the benchmark, and flatters nobody. */
export function answersOnce(response: unknown) {
  const known = new Set<string>();
  return async function complete(request: object): Promise<unknown> {
    const text = JSON.stringify(request);
    if (known.has(text)) throw new Error('A request that was stored reached the provider.');
    known.add(text);
    return response;
  };
}
