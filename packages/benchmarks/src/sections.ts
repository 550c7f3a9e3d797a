import type { Section } from './report.ts';
import { collapse } from './sections/collapse.ts';
import { hit } from './sections/hit.ts';
import { hitRates } from './sections/hit-rates.ts';
import { memory } from './sections/memory.ts';
import { miss } from './sections/miss.ts';
import { profile } from './sections/profile.ts';
import { redis } from './sections/redis.ts';
import { scale } from './sections/scale.ts';
import { sqlite } from './sections/sqlite.ts';
import { stream } from './sections/stream.ts';
import { weight } from './sections/weight.ts';

export const SECTIONS: readonly Section[] = [
  hit,
  stream,
  miss,
  collapse,
  redis,
  sqlite,
  hitRates,
  memory,
  scale,
  weight,
  profile,
];
