// Each file measures one thing, and gives its figures as a report.
// A section runs in its own process, and never prints or writes anything itself.
// Start reading in hit.ts; a *-child.ts is a process that a section starts.

import { burst } from '../burst/index.ts';
import { proxyHits, proxyMiss, proxyStreams } from '../proxy/index.ts';
import type { Section } from '../report/index.ts';
import { studio } from '../studio/index.ts';
import { collapse } from './collapse.ts';
import { hit } from './hit.ts';
import { hitRates } from './hit-rates.ts';
import { hitRatesByBytes } from './hit-rates-by-bytes.ts';
import { memory } from './memory.ts';
import { miss } from './miss.ts';
import { profile } from './profile.ts';
import { redis } from './redis.ts';
import { scale } from './scale.ts';
import { sqlite } from './sqlite.ts';
import { stream } from './stream.ts';
import { weight } from './weight.ts';

export const SECTIONS: readonly Section[] = [
  hit,
  stream,
  miss,
  collapse,
  burst,
  redis,
  sqlite,
  hitRates,
  hitRatesByBytes,
  memory,
  scale,
  weight,
  profile,
  proxyHits,
  proxyMiss,
  proxyStreams,
  studio,
];
