/** What the server answered instead of what was asked for. */
class Problem extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

async function answerOf<Fact>(response: Response): Promise<Fact> {
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  // The server of this page is the only one that answers here: its shapes are those of the types.
  if (response.ok && isJson) return (await response.json()) as Fact;
  const text = isJson
    ? ((await response.json()) as { error: string }).error
    : await response.text();
  throw new Problem(response.status, text.trim());
}

const unreachable = () => {
  throw new Problem(
    0,
    'The server does not answer. Start cached-llm studio again, and open its address.',
  );
};

/** Asks the server. Parameters that are undefined are left out. */
export async function get<Fact>(
  name: string,
  query: Readonly<Record<string, string | undefined>> = {},
): Promise<Fact> {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const search = new URLSearchParams(given as [string, string][]); // the undefined ones are filtered out
  return answerOf(await fetch(`/api/${name}?${search}`).catch(unreachable));
}

/** Posts JSON to the server. */
export async function post<Fact>(name: string, body: unknown): Promise<Fact> {
  const headers = { 'content-type': 'application/json' };
  const init = { method: 'POST', headers, body: JSON.stringify(body) };
  return answerOf(await fetch(`/api/${name}`, init).catch(unreachable));
}

/** Posts JSON to the server, and saves the lines that it answers in a file. */
export async function download(name: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const init = { method: 'POST', headers, body: JSON.stringify(body) };
  const response = await fetch(`/api/${name}`, init).catch(unreachable);
  if (!response.ok) await answerOf(response);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = `${name}.jsonl`;
  link.click();
  URL.revokeObjectURL(link.href);
}
