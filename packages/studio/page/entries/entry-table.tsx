import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { EntryRow } from '../facts.ts';
import { bytes, count, duration, instant, shortKey } from '../format.ts';
import { entryAddress } from '../place.ts';
import { visible } from '../visible.ts';

/** The height of a row, in pixels, as in the style sheet. */
const ROW = 32;
/** More rows than this are no longer than a browser can scroll. */
const MOST_ROWS = 500_000;
const BESIDE = 10;

type Sort = 'key' | 'provider' | 'model' | 'stored' | 'left' | 'size';

export interface Order {
  readonly sort: Sort;
  readonly order: 'ascending' | 'descending';
}

const COLUMNS: readonly (readonly [Sort | undefined, string])[] = [
  ['key', 'Key'],
  ['provider', 'Provider'],
  ['model', 'Model'],
  [undefined, 'State'],
  ['stored', 'Stored'],
  ['left', 'Fresh for'],
  ['size', 'Size'],
  [undefined, 'Tags'],
];

interface EntryTableProps {
  /** Of what is listed, and in which order. */
  readonly name: string;
  /** The first row in sight, when the table or another list in it is opened. */
  readonly first: number;
  readonly rows: ReadonlyMap<number, EntryRow>;
  readonly matching: number;
  readonly order: Order;
  readonly selected: ReadonlySet<string>;
  readonly onOrder: (order: Order) => void;
  readonly onScroll: (first: number) => void;
  readonly onSelect: (key: string, isSelected: boolean) => void;
}

/** A table of any length, of which only the rows in sight are in the page. */
export function EntryTable(props: EntryTableProps) {
  const { name, rows, matching, order, onScroll } = props;
  const box = useRef<HTMLElement>(null);
  const [first, setFirst] = useState(props.first);
  useLayoutEffect(() => {
    if (box.current !== null) box.current.scrollTop = props.first * ROW;
  }, [name]);
  const length = Math.min(matching, MOST_ROWS);
  const shown = Math.ceil((box.current?.clientHeight ?? 640) / ROW) + 2 * BESIDE;
  const from = Math.max(0, Math.min(first - BESIDE, length - shown));
  const to = Math.min(length, from + shown);
  const scrolled = () => {
    const at = Math.floor((box.current?.scrollTop ?? 0) / ROW);
    setFirst(at);
    onScroll(at);
  };
  return (
    <section class="table tall" ref={box} onScroll={scrolled} aria-label="Entries" tabIndex={0}>
      <table aria-rowcount={length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">
              <span class="unseen">Select</span>
            </th>
            {COLUMNS.map(([sort, title]) => (
              <Title key={title} sort={sort} title={title} order={order} onOrder={props.onOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Space rows={from} />
          {Array.from({ length: Math.max(0, to - from) }, (_, index) => (
            <Row key={from + index} index={from + index} row={rows.get(from + index)} {...props} />
          ))}
          <Space rows={length - to} />
        </tbody>
      </table>
    </section>
  );
}

/** Stands for the rows that are not in sight. */
const Space = ({ rows }: { rows: number }) =>
  rows > 0 ? (
    <tr>
      <td colSpan={COLUMNS.length + 1} style={{ height: `${rows * ROW}px` }} />
    </tr>
  ) : null;

function Title({ sort, title, order, onOrder }: TitleProps) {
  if (sort === undefined) return <th scope="col">{title}</th>;
  const isSorted = order.sort === sort;
  const next = isSorted && order.order === 'descending' ? 'ascending' : 'descending';
  return (
    <th scope="col" aria-sort={isSorted ? order.order : 'none'}>
      <button type="button" class="plain" onClick={() => onOrder({ sort, order: next })}>
        {title}
        {isSorted && <span aria-hidden="true">{order.order === 'ascending' ? ' ▲' : ' ▼'}</span>}
      </button>
    </th>
  );
}

interface TitleProps {
  readonly sort: Sort | undefined;
  readonly title: string;
  readonly order: Order;
  readonly onOrder: (order: Order) => void;
}

type RowProps = Pick<EntryTableProps, 'selected' | 'onSelect'> & {
  readonly index: number;
  readonly row: EntryRow | undefined;
};

function Row({ index, row, selected, onSelect }: RowProps) {
  if (row === undefined) {
    return (
      <tr aria-rowindex={index + 2}>
        <td colSpan={COLUMNS.length + 1}>…</td>
      </tr>
    );
  }
  const { key, storedAt, freshUntil, state } = row;
  const now = Date.now();
  return (
    <tr aria-rowindex={index + 2}>
      <td>
        <input
          type="checkbox"
          aria-label={`Select ${shortKey(key)}`}
          checked={selected.has(key)}
          onChange={({ currentTarget }) => onSelect(key, currentTarget.checked)}
        />
      </td>
      <th scope="row">
        <a href={entryAddress(key)}>{shortKey(key)}</a>
      </th>
      <td>{visible(row.provider)}</td>
      <td>{visible(row.model ?? '–')}</td>
      <td class={`state ${state}`}>{state}</td>
      <td title={instant(storedAt)}>{duration(now - storedAt)}</td>
      <td>{left(state, freshUntil - now)}</td>
      <td title={`${count(row.bytes)} B`}>{bytes(row.bytes)}</td>
      <td>{visible(row.tags.join(', '))}</td>
    </tr>
  );
}

/** Longer than a century: the entry has no end. */
const FOR_EVER = 3_153_600_000_000;

function left(state: EntryRow['state'], milliseconds: number): string {
  if (state !== 'fresh') return '–';
  return milliseconds > FOR_EVER ? 'ever' : duration(milliseconds);
}
