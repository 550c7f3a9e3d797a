import type { ComponentChildren } from 'preact';

/** A figure with its name. */
export function Figure({
  name,
  value,
  note,
}: {
  name: string;
  value: string;
  note?: string | undefined;
}) {
  return (
    <div class="figure">
      <dt>{name}</dt>
      <dd>
        <strong>{value}</strong>
        {note !== undefined && <small>{note}</small>}
      </dd>
    </div>
  );
}

/** A part of a view, under its own heading. */
export function Section({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** What failed, and what can be done. */
export const Failed = ({ message }: { message: string }) => (
  <p class="failed" role="alert">
    {message}
  </p>
);

/** Says what to do where there is nothing to show. */
export const Empty = ({ children }: { children: ComponentChildren }) => (
  <p class="empty">{children}</p>
);

/** A table that can be scrolled sideways where the page is narrow. */
export function Table({ label, titles, children }: TableProps) {
  return (
    <section class="table" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {titles.map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}

interface TableProps {
  readonly label: string;
  readonly titles: readonly string[];
  readonly children: ComponentChildren;
}
