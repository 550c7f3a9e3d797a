import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { get } from './api.ts';
import { Entries, Entry } from './entries/index.ts';
import type { About } from './facts.ts';
import { Live } from './live/index.ts';
import { Overview } from './overview/index.ts';
import { Failed } from './parts.tsx';
import { type Place, placeIn } from './place.ts';
import { useAnswer } from './use-answer.ts';
import { visible } from './visible.ts';
import { Why } from './why.tsx';

const VIEWS = [
  ['#/', 'Overview'],
  ['#/live', 'Live'],
  ['#/entries', 'Entries'],
  ['#/why', 'Why a miss?'],
] as const;

/** The part of the address behind #, which says what is shown. */
function useHash(): string {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const changed = () => {
      setHash(location.hash);
      document.getElementById('view')?.focus(); // what was followed is gone, and with it the focus
    };
    window.addEventListener('hashchange', changed);
    return () => window.removeEventListener('hashchange', changed);
  }, []);
  return hash;
}

/** What the page is over need not be known to show a view. */
function View({ place: { view, key }, about }: { place: Place; about: About | undefined }) {
  if (view === 'entry' && key !== undefined) return <Entry key={key} entryKey={key} />;
  if (view === 'entries') return <Entries about={about} />;
  if (view === 'live') return <Live />;
  return view === 'why' ? <Why key={key} missKey={key} /> : <Overview about={about} />;
}

function Page() {
  const place = placeIn(useHash());
  const { fact: about, error } = useAnswer('about', () => get<About>('about'));
  return (
    <>
      <a class="unseen" href="#view">
        Skip to the content
      </a>
      <header class="top">
        <strong>cached-llm</strong>
        <nav aria-label="Views">
          {VIEWS.map(([href, name]) => (
            <a
              key={href}
              href={href}
              aria-current={href === `#/${place.view}` ? 'page' : undefined}
            >
              {name}
            </a>
          ))}
        </nav>
        {about !== undefined && (
          <span class="place">
            {visible(about.store)} · {visible(about.namespace)}
            {about.isReadOnly && ' · read-only'}
          </span>
        )}
      </header>
      <main id="view" tabIndex={-1}>
        {error !== undefined && <Failed message={error} />}
        <View place={place} about={about} />
      </main>
    </>
  );
}

const root = document.getElementById('page');
if (root !== null) render(<Page />, root);
