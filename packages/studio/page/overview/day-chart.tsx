import type { LedgerRow } from '@cached-llm/core';
import { count } from '../format.ts';

const OUTCOMES = ['hits', 'stale', 'collapsed', 'misses'] as const;
const HEIGHT = 120;
const BAR = 24;
const GAP = 8;

/** The outcomes of each day, stacked. The table beside it has the same figures in words. */
export function DayChart({ days }: { days: readonly LedgerRow[] }) {
  const most = Math.max(1, ...days.map(sumOf));
  const width = days.length * (BAR + GAP);
  return (
    <figure class="chart">
      <svg
        viewBox={`0 0 ${width} ${HEIGHT + 18}`}
        width={width}
        role="img"
        aria-label="Outcomes by day"
      >
        {days.map((day, index) => (
          <Bar key={day.day} day={day} x={index * (BAR + GAP)} scale={HEIGHT / most} />
        ))}
      </svg>
      <figcaption>
        {OUTCOMES.map((name) => (
          <span key={name} class={`legend ${name}`}>
            {name}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

const sumOf = (day: LedgerRow) => OUTCOMES.reduce((sum, name) => sum + day[name], 0);

function Bar({ day, x, scale }: { day: LedgerRow; x: number; scale: number }) {
  let top = HEIGHT;
  const parts = OUTCOMES.map((name) => {
    const height = day[name] * scale;
    top -= height;
    return <rect key={name} class={name} x={x} y={top} width={BAR} height={height} />;
  });
  const counts = OUTCOMES.map((name) => `${name} ${count(day[name])}`).join(', ');
  return (
    <g>
      <title>{`${day.day}: ${counts}`}</title>
      {parts}
      <text x={x + BAR / 2} y={HEIGHT + 14} text-anchor="middle">
        {day.day?.slice(8)}
      </text>
    </g>
  );
}
