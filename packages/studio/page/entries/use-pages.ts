import { useEffect, useState } from 'preact/hooks';
import { get } from '../api.ts';
import type { EntryPage, EntryRow } from '../facts.ts';

const PAGE_ROWS = 100;
const WHILE_SCANNING = 1_000;
const AFTERWARDS = 5_000;

/** The pages of the table that were looked at, for one query. */
interface Pages {
  readonly query: string;
  readonly latest: EntryPage | undefined;
  readonly rows: ReadonlyMap<number, EntryRow>;
  readonly error: string | undefined;
}

/** Reads the page of the table that has the row at `first`, and reads it again while the store changes. */
export function usePages(
  query: Readonly<Record<string, string | undefined>>,
  first: number,
  version: number,
): Pages {
  const name = JSON.stringify([query, version]);
  const [pages, setPages] = useState<Pages>({
    query: name,
    latest: undefined,
    rows: new Map(),
    error: undefined,
  });
  const offset = Math.floor(first / PAGE_ROWS) * PAGE_ROWS;
  useEffect(() => {
    let isOver = false;
    let timer: number | undefined;
    const read = async () => {
      const limit = String(2 * PAGE_ROWS);
      const asked = get<EntryPage>('entries', { ...query, offset: String(offset), limit });
      const page = await asked.catch((error: Error) => error.message);
      if (isOver) return;
      setPages((before) =>
        withPage(
          before.query === name ? before : { ...before, query: name, rows: new Map() },
          page,
          offset,
        ),
      );
      const isScanning = typeof page !== 'string' && !page.isComplete;
      timer = window.setTimeout(read, isScanning ? WHILE_SCANNING : AFTERWARDS);
    };
    void read();
    return () => {
      isOver = true;
      window.clearTimeout(timer);
    };
  }, [name, offset]);
  return pages;
}

function withPage(pages: Pages, page: EntryPage | string, offset: number): Pages {
  if (typeof page === 'string') return { ...pages, error: page };
  const rows = new Map(pages.latest?.matching === page.matching ? pages.rows : []);
  for (const [index, row] of page.rows.entries()) rows.set(offset + index, row);
  return { ...pages, latest: page, rows, error: page.error };
}
