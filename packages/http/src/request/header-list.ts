/** Headers as far as they are read here: those of `fetch`, or those that a server has. Names are in lower case. */
export interface HeaderList extends Iterable<readonly [name: string, value: string]> {
  get(name: string): string | null;
}
