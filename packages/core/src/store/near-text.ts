const WIDTH = 15;

/** A near row as text: until when it is believed, and what it says. */
export function nearText(believedUntil: number, text: string | undefined): string {
  const instant = String(Math.floor(believedUntil)).padStart(WIDTH, '0');
  return text === undefined ? `${instant}-` : `${instant}+${text}`;
}

export function believedUntil(row: unknown): number {
  return typeof row === 'string' ? Number(row.slice(0, WIDTH)) : 0;
}

/** Nothing where the far store was seen to have nothing, or was never asked. */
export function textIn(row: unknown): string | undefined {
  return typeof row === 'string' && row[WIDTH] === '+' ? row.slice(WIDTH + 1) : undefined;
}
