import { type Channel, channel } from 'node:diagnostics_channel';
import type { EventName } from './events.ts';

/** Kept for good: a channel that nobody holds on to loses its subscribers. */
const channels = new Map<EventName, Channel>();

/** The channel of an event: `cached-llm:hit` and so on. Publishes what a listener hears. */
export function channelOf(name: EventName): Channel {
  const known = channels.get(name);
  if (known !== undefined) return known;
  const made = channel(`cached-llm:${name}`);
  channels.set(name, made);
  return made;
}
