import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  chatAnswer,
  chatEvents,
  type ExchangeResponse,
  type ReceivedRequest,
  startWireServer,
  type TemporaryFolder,
  temporaryFolder,
  type WireServer,
} from '@cached-llm/testing';
import { type Printed, program, type RunOptions } from '../program.ts';

/** What a request asks, as a chat completion has it. */
interface Chat {
  readonly stream?: boolean;
  readonly messages?: readonly { readonly content: string }[];
}

const chatOf = ({ json }: ReceivedRequest): Chat => (json ?? {}) as Chat; // the tests send chats

/** Answers each question by repeating it, as a whole or as a stream. */
function repeated(request: ReceivedRequest): ExchangeResponse {
  const { stream, messages = [] } = chatOf(request);
  const text = `You asked: ${messages.at(-1)?.content}`;
  return stream ? { kind: 'sse', body: chatEvents(text.split(' ')) } : { body: chatAnswer(text) };
}

/** What the tests read of a fixture. */
interface Fixture {
  readonly header: { readonly delays?: readonly number[] };
  readonly answer?: ReturnType<typeof chatAnswer>;
}

/** What the tests read of a report. */
interface ReadReport {
  readonly compared?: readonly { readonly changes: readonly object[] }[];
}

/** A provider over real HTTP, and a folder in which a command runs. */
export class ProxiedTrial {
  readonly wire: WireServer;
  readonly #folder: TemporaryFolder;
  /** What each command of this trial gets. */
  environment: Readonly<Record<string, string | undefined>>;

  constructor(wire: WireServer, folder: TemporaryFolder) {
    this.wire = wire;
    this.#folder = folder;
    const { PATH, HOME } = process.env;
    this.environment = { PATH, HOME, OPENAI_BASE_URL: `${wire.url}/v1` };
  }

  static async open(answer = repeated): Promise<ProxiedTrial> {
    return new ProxiedTrial(await startWireServer({ answer }), await temporaryFolder());
  }

  get folder(): string {
    return this.#folder.path;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, text: string): void {
    mkdirSync(join(this.path(name), '..'), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  /** The names of the files of a folder. There are none in a folder that is not there. */
  names(folder = '__llm__'): readonly string[] {
    try {
      return readdirSync(this.path(folder)).sort();
    } catch {
      return [];
    }
  }

  /** The fixtures, by their names. */
  fixtures(folder = '__llm__'): readonly Fixture[] {
    return this.names(folder).map((name) => JSON.parse(this.read(join(folder, name))));
  }

  run(words: readonly string[], options: RunOptions = {}): Promise<Printed> {
    return program(words, { environment: this.environment, folder: this.folder, ...options });
  }

  /** Runs the program with `--json`: the report is the last line of stderr. */
  async report(words: readonly string[], options: RunOptions = {}): Promise<ReadReport> {
    const { errors } = await this.run(['--json', ...words], options);
    return JSON.parse(errors.trim().split('\n').at(-1) ?? '');
  }

  async close(): Promise<void> {
    await this.wire.close();
    await this.#folder.remove();
  }
}

/** A program for Node.js that asks a question for each of its arguments, and prints what it reads. */
export const ASK = `
for (const content of process.argv.slice(2)) {
  const response = await fetch(process.env.OPENAI_BASE_URL + '/chat/completions', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer ' + process.env.OPENAI_API_KEY },
    body: JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content }] }),
  });
  const text = await response.text();
  console.log(response.status, response.ok ? JSON.parse(text).choices[0].message.content : 'no answer');
}
`;

export const NODE = process.execPath;

/** Does this process run? */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
