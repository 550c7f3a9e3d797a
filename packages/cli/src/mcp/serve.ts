import type { Readable, Writable } from 'node:stream';
import type {
  CallToolResult,
  McpServer as Server,
  StandardSchemaWithJSON,
} from '@modelcontextprotocol/server';
import { type Captured, VERSION } from '../command-line/index.ts';
import { EXIT, type Host } from '../terminal/index.ts';
import type { Tool, ToolArguments } from './tools.ts';

/** Runs the command line of a tool, until `signal` ends it. */
export type RunTool = (
  call: ReturnType<Tool['commandLine']> & { readonly signal: AbortSignal },
) => Promise<Captured>;

/** What the server serves, and where its tools run. */
interface Served {
  readonly host: Host;
  readonly tools: readonly Tool[];
  readonly run: RunTool;
}

/** What a person reads on stderr is what the assistant has to know where nothing is printed. */
function resultOf({ out, errors, code, isCut }: Captured): CallToolResult {
  const cut = isCut ? 'The result is longer than this. Ask for fewer entries.' : '';
  const parts = [out, errors, cut].map((part) => part.trim()).filter((part) => part !== '');
  // A check that found a problem has printed it, and exits with 1: that is no failure of the tool.
  const isError = code === EXIT.usage || (code !== EXIT.ok && out === '');
  return { content: parts.map((part) => ({ type: 'text', text: part })), isError };
}

/** A tool, and its schema as the SDK takes it. */
interface TypedTool {
  readonly tool: Tool;
  readonly schema: StandardSchemaWithJSON<ToolArguments, ToolArguments>;
}

function addTool(server: Server, { run }: Served, { tool, schema }: TypedTool): void {
  const { name, description, isReading } = tool;
  const annotations = {
    readOnlyHint: isReading,
    destructiveHint: !isReading,
    idempotentHint: true,
    openWorldHint: false,
  };
  server.registerTool(
    name,
    { description, inputSchema: schema, annotations },
    async (given, context) => {
      const { signal } = context.mcpReq;
      return resultOf(await run({ ...tool.commandLine(given), signal }));
    },
  );
}

/** Serves the tools over the stdin and stdout of the process, until stdin ends or the program is interrupted. */
export async function serveTools(served: Served): Promise<void> {
  const { McpServer, fromJsonSchema } = await import('@modelcontextprotocol/server');
  const { serveStdio, StdioServerTransport } = await import('@modelcontextprotocol/server/stdio');
  const { stdin, stdout, signal } = served.host;
  // The SDK wants the class of the process's own streams, and reads and writes them by what these types share.
  const transport = new StdioServerTransport(stdin as Readable, stdout as Writable);
  const serving = serveStdio(
    () => {
      const server = new McpServer({ name: 'cached-llm', version: VERSION });
      for (const tool of served.tools) {
        const schema = fromJsonSchema<ToolArguments>({ ...tool.schema });
        addTool(server, served, { tool, schema });
      }
      return server;
    },
    { transport },
  );
  await new Promise<void>((resolve) => {
    stdin.once('end', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await serving.close();
}
