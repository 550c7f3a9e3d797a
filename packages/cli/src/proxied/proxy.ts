import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Duration } from '@cached-llm/core';
import type { ProxiedCall, Proxy as RunningProxy } from '@cached-llm/proxy';
import {
  defineCommand,
  duration,
  flag,
  type OptionValues,
  port,
  type Session,
  text,
  texts,
} from '../command-line/index.ts';
import { EXIT, fileFailure, type Host } from '../terminal/index.ts';
import { settled } from './fixtures.ts';
import { readTtl, type Settings, settingsOf, storingOptions } from './settings.ts';
import { openStoredAnswers, type StoredAnswers } from './stored-answers.ts';

const proxyOptions = {
  port: port('port to listen at; 0 is any free one (default 4141)'),
  host: text('<address>', 'address to listen at (default 127.0.0.1)'),
  ...storingOptions,
  shared: flag('all callers share their answers, whatever their keys'),
  trust: duration('how long a key that worked is answered unasked (default 1h)'),
  tokenFile: text('<file>', 'file with the token of callers (or CACHED_LLM_PROXY_TOKEN)'),
  allowedOrigin: texts('<origin>', 'origin of web pages that may call; repeatable'),
  quiet: flag('print no line for each call'),
} as const;
type Options = OptionValues<typeof proxyOptions>;

/** A token on the command line would be seen by everybody who lists the processes. */
async function tokenOf(path: string | undefined, { environment, folder }: Host) {
  if (path === undefined) return environment.CACHED_LLM_PROXY_TOKEN || undefined;
  const content = await readFile(resolve(folder, path), 'utf8').catch((cause) => {
    throw fileFailure(`The token in ${path} cannot be read`, cause);
  });
  return content.trim();
}

/** What is set, on the command line or in the file. */
async function optionsOf(options: Options, { file, session, upstreams }: Settings) {
  return {
    port: options.port ?? file.port,
    host: options.host ?? file.host,
    upstreams,
    shared: options.shared ?? file.shared,
    trust: options.trust ?? (file.trust as Duration | undefined), // the proxy refuses what is no duration
    allowedOrigins: options.allowedOrigin ?? file.allowedOrigin,
    token: await tokenOf(options.tokenFile ?? file.tokenFile, session.host),
    environment: session.host.environment,
  };
}

/** How the shells of this system set a variable. */
const setting = (name: string, value: string) =>
  process.platform === 'win32' ? `$env:${name} = "${value}"` : `export ${name}=${value}`;

const whereText = (where: string) =>
  where === 'memory:'
    ? 'The answers are in memory, and are gone at the end.'
    : `The answers are in ${where}.`;

/** The lines to copy: of each provider, the variable that its own SDKs read. */
function startText(
  proxy: RunningProxy,
  variables: Readonly<Record<string, string>>,
  where: string,
) {
  const first = proxy.routes.flatMap(({ variables: [name] }) => (name === undefined ? [] : [name]));
  const lines = first.map((name) => `  ${setting(name, variables[name] ?? '')}`);
  const others = proxy.routes.filter(({ variables: names }) => names.length === 0);
  return [
    `The proxy listens at ${proxy.url}. Copy the lines of the providers that you use:`,
    '',
    ...lines,
    ...others.map(({ name, url }) => `  the base URL of ${name} is ${url}`),
    '',
    `${whereText(where)} Ctrl+C ends the proxy.`,
  ].join('\n');
}

/** A line for each call: of JSON, or for a person. */
async function callPrinter({ output, host }: Session): Promise<(call: ProxiedCall) => void> {
  const { accessLog, liveLine } = await import('@cached-llm/proxy');
  const write = (lines: string) => void host.stdout.write(lines);
  if (output.isJson) return accessLog({ write, now: host.now });
  const isColoured = output.colors.isColorSupported;
  return (call) => write(`${liveLine(call, { isColoured })}\n`);
}

async function serve(settings: Settings, options: Options, { cache, url }: StoredAnswers) {
  const { session } = settings;
  const { proxiedVariables, startProxy } = await import('@cached-llm/proxy');
  const isQuiet = options.quiet ?? settings.file.quiet ?? false;
  const onCall = isQuiet ? undefined : await callPrinter(session);
  const proxy = await startProxy({ cache, ...(await optionsOf(options, settings)), onCall });
  const variables = proxiedVariables(proxy);
  const facts = { url: proxy.url, routes: proxy.routes, variables, store: url };
  await session.output.print(facts, () => startText(proxy, variables, url));
  const { signal } = session.host;
  if (!signal.aborted) await once(signal, 'abort');
  await proxy.close({ drain: '1s' }); // a program asks again on a connection that it left open
}

export const proxy = defineCommand({
  name: 'proxy',
  summary: 'Answer the repeated LLM calls of programs in any language.',
  options: proxyOptions,
  notes:
    'It prints the variables that lead the clients of each provider to it. An answer belongs to the key that it was asked with, unless --shared. Another address than 127.0.0.1 needs a token, which callers send as x-cached-llm-token, or in the path: /~TOKEN/openai/v1.',
  async run({ session: given, options }) {
    const settings = await settingsOf(given, options);
    const ttl = options.ttl ?? readTtl(settings.file);
    const answers = await openStoredAnswers(settings.session, { ttl });
    try {
      await serve(settings, options, answers);
    } finally {
      await answers.cache.close();
      await settled(); // the line of the last call
    }
    return EXIT.ok;
  },
});
