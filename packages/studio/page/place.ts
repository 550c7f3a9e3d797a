/** What the part of the address behind # says: the view, the key of an entry, and what the view shows. */
export interface Place {
  readonly view: string;
  readonly key: string | undefined;
  readonly query: URLSearchParams;
}

/** The text, or as it is where it holds a % that encodes nothing: a person may have typed it. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The place that a hash names. It never throws: whatever is typed into the address is a place. */
export function placeIn(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?');
  const [view = '', ...rest] = path.split('/');
  const key = rest.length === 0 ? undefined : decoded(rest.join('/'));
  return { view, key, query: new URLSearchParams(query) };
}

export const entryAddress = (key: string) => `#/entry/${encodeURIComponent(key)}`;
