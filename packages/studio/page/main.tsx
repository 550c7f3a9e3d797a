import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { get } from './api.ts';
import { Entries } from './entries.tsx';
import { Entry } from './entry.tsx';
import type { About } from './facts.ts';
import { Live } from './live/index.ts';
import { Overview } from './overview.tsx';
import { Failed } from './parts.tsx';
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
  return hash === '' ? '#/' : hash;
}

function View({ hash, about }: { hash: string; about: About }) {
  const [, key] = /^#\/entry\/(.+)$/.exec(hash) ?? [];
  if (key !== undefined) return <Entry key={key} entryKey={decodeURIComponent(key)} />;
  if (hash === '#/entries') return <Entries about={about} />;
  if (hash === '#/live') return <Live />;
  const [isWhy, miss] = /^#\/why(?:\/(.+))?$/.exec(hash) ?? [];
  if (isWhy === undefined) return <Overview />;
  return <Why key={miss} missKey={miss === undefined ? undefined : decodeURIComponent(miss)} />;
}

const isIn = (hash: string, href: string) => hash === href || hash.startsWith(`${href}/`);

function Page() {
  const hash = useHash();
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
            <a key={href} href={href} aria-current={isIn(hash, href) ? 'page' : undefined}>
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
        {about !== undefined && <View hash={hash} about={about} />}
      </main>
    </>
  );
}

const place = document.getElementById('page');
if (place !== null) render(<Page />, place);
