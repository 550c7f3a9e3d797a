/** Headers that no answer depends on, why that is so, and where it is said. `*` at the end of a name stands for any text. */
interface NeutralHeaders {
  readonly names: readonly string[];
  readonly why: string;
  readonly source: string;
}

/**
 * The headers that are not in a key. Every other header is, so that an unknown one costs a miss and never a wrong
 * answer. A name is here only where every server that reads it reads it as is said here.
 */
const NEUTRAL_HEADERS: readonly NeutralHeaders[] = [
  {
    names: ['authorization', 'proxy-authorization', 'cookie'],
    why: 'They say who asks. A tenant whose answers differ has a scope.',
    source: 'RFC 9110 §11.6.2, §11.7.2; RFC 6265 §5.4',
  },
  {
    names: ['x-api-key', 'api-key', 'x-goog-api-key'],
    why: 'They say who asks: of Anthropic, of Azure, of Google.',
    source:
      'docs.anthropic.com/en/api/overview; learn.microsoft.com/azure/ai-services/openai/reference; ai.google.dev/api',
  },
  {
    names: ['x-amz-date', 'x-amz-security-token', 'x-amz-content-sha256'],
    why: 'They are the parts of a signature, which differs from one second to the next.',
    source: 'docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html',
  },
  {
    names: ['amz-sdk-invocation-id', 'amz-sdk-request', 'x-amz-user-agent'],
    why: 'They name the client of AWS and the number of its attempt.',
    source: 'aws/aws-sdk-js-v3 packages/middleware-retry, packages/middleware-user-agent',
  },
  {
    names: ['accept-encoding', 'content-length', 'transfer-encoding', 'te', 'trailer', 'expect'],
    why: 'They say how bytes are sent, and bodies are compared as text.',
    source: 'RFC 9110 §12.5.3, §8.6, §10.1; RFC 9112 §6.1',
  },
  {
    names: ['connection', 'keep-alive', 'upgrade', 'via', 'date', 'priority'],
    why: 'They are about the connection, or about the place in a queue.',
    source: 'RFC 9110 §7.6, §7.8, §6.6.1; RFC 9218',
  },
  {
    names: ['cache-control', 'pragma'],
    why: 'They speak to caches. This one obeys them and does not compare them.',
    source: 'RFC 9111 §5.2.1, §5.4',
  },
  {
    names: ['origin', 'referer', 'sec-fetch-*', 'sec-ch-ua*', 'sec-gpc', 'dnt'],
    why: 'A browser adds them to say which page asks.',
    source:
      'Fetch §3.1; RFC 9110 §10.1.3; w3.org/TR/fetch-metadata; wicg.github.io/ua-client-hints',
  },
  {
    names: ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-port', 'x-real-ip'],
    why: 'Proxies add them to say by which way a request came. The host that they were asked for is in the key (x-forwarded-host, forwarded).',
    source: 'developer.mozilla.org/docs/Web/HTTP/Headers/X-Forwarded-For',
  },
  {
    names: ['cf-connecting-ip', 'cf-connecting-ipv6', 'cf-ray', 'cf-ipcountry', 'cf-visitor'],
    why: 'Cloudflare adds them to say by which way a request came. Its AI Gateway routes by cf-aig-*, which is in the key.',
    source: 'developers.cloudflare.com/fundamentals/reference/http-headers',
  },
  {
    names: ['cf-ew-via', 'cf-worker', 'cdn-loop'],
    why: 'Cloudflare adds them against loops.',
    source: 'developers.cloudflare.com/fundamentals/reference/http-headers; RFC 8586',
  },
  {
    names: ['user-agent', 'x-stainless-*', 'x-fern-*', 'x-speakeasy-*', 'x-goog-api-client'],
    why: 'They name the SDK, its release, its machine, the number of its attempt and its time limit.',
    source:
      'RFC 9110 §10.1.5; openai/openai-node src/internal/detect-platform.ts; cohere-ai/cohere-typescript src/Client.ts; googleapis/js-genai src/_api_client.ts',
  },
  {
    names: ['x-ms-useragent', 'x-ms-client-request-id', 'x-ms-return-client-request-id'],
    why: 'They name the client and its request in logs of Azure.',
    source: 'learn.microsoft.com/rest/api/azure (common request headers)',
  },
  {
    names: ['http-referer', 'x-title', 'x-openrouter-title'],
    why: 'They name the application in the rankings of OpenRouter.',
    source: 'openrouter.ai/docs/app-attribution',
  },
  {
    names: ['idempotency-key', 'x-idempotency-key'],
    why: 'It is new for each request, so that a repeated request is not carried out twice.',
    source: 'draft-ietf-httpapi-idempotency-key-header; openai/openai-node src/client.ts',
  },
  {
    names: ['x-server-timeout'],
    why: 'It says how long the client of Google waits.',
    source: 'googleapis/js-genai src/_api_client.ts',
  },
  {
    names: ['request-id', 'x-request-id', 'x-client-request-id', 'x-correlation-id'],
    why: 'They name one request in logs.',
    source: 'platform.openai.com/docs/api-reference/debugging-requests; http.dev/x-request-id',
  },
  {
    names: ['correlation-id', 'requestid', 'x-requestid', 'client-request-id', 'x-amzn-request-id'],
    why: 'They name one request in logs, in the spelling of other frameworks.',
    source: 'http.dev/x-correlation-id; learn.microsoft.com/openspecs (client-request-id)',
  },
  {
    names: ['traceparent', 'tracestate', 'baggage'],
    why: 'They join spans to a trace. Baggage describes the trace to those who watch it; each trace has another.',
    source: 'w3.org/TR/trace-context; w3.org/TR/baggage',
  },
  {
    names: ['b3', 'x-b3-*', 'uber-trace-id', 'uberctx-*', 'jaeger-debug-id', 'jaeger-baggage'],
    why: 'They join spans to a trace of Zipkin or Jaeger.',
    source: 'openzipkin/b3-propagation README.md; jaegertracing.io/docs/1.21/client-libraries',
  },
  {
    names: ['x-amzn-trace-id', 'x-cloud-trace-context', 'x-trace-id', 'trace-id', 'grpc-trace-bin'],
    why: 'They join spans to a trace of AWS, Google or gRPC.',
    source:
      'docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html; cloud.google.com/trace/docs/trace-context',
  },
  {
    names: ['sentry-trace', 'x-datadog-*', 'newrelic', 'elastic-apm-traceparent', 'sw8'],
    why: 'They join spans to a trace of Sentry, Datadog, New Relic, Elastic or SkyWalking.',
    source:
      'develop.sentry.dev/sdk/telemetry/traces; docs.datadoghq.com/tracing/trace_collection/trace_context_propagation; docs.newrelic.com/docs/distributed-tracing; elastic/apm specs/agents/tracing-distributed-tracing.md; skywalking.apache.org/docs (sw8)',
  },
  {
    names: ['langsmith-trace'],
    why: 'It joins runs to a trace of LangSmith.',
    source: 'docs.smith.langchain.com/observability/how_to_guides/distributed_tracing',
  },
  {
    names: ['x-session-affinity', 'x-claude-code-session-id', 'x-grok-conv-id'],
    why: 'They group the calls of a conversation in lists, and lead them to a server with a warm prompt cache. A bare x-session-id is in the key, because a server may store a conversation under it.',
    source:
      'developers.cloudflare.com/workers-ai/features/prompt-caching; docs.litellm.ai/docs/proxy/request_headers; docs.x.ai (prompt caching)',
  },
  {
    names: ['helicone-session-id', 'helicone-session-name', 'helicone-session-path'],
    why: 'They group calls in the lists of Helicone.',
    source: 'docs.helicone.ai/features/sessions',
  },
  {
    names: ['helicone-request-id', 'helicone-user-id', 'helicone-property-*'],
    why: 'They name a call, its user and its labels in the lists of Helicone. Limits that count by them change no answer.',
    source: 'docs.helicone.ai/helicone-headers/header-directory',
  },
  {
    names: ['helicone-omit-request', 'helicone-omit-response'],
    why: 'They say what Helicone writes into its own log.',
    source: 'docs.helicone.ai/features/advanced-usage/omit-logs',
  },
  {
    names: [
      'x-portkey-trace-id',
      'x-portkey-span-id',
      'x-portkey-parent-span-id',
      'x-portkey-span-name',
    ],
    why: 'They join calls to a trace of Portkey. It routes by x-portkey-metadata and x-portkey-config, which are in the key.',
    source: 'portkey.ai/docs/product/observability/traces; Portkey-AI/gateway src/globals.ts',
  },
  {
    names: ['x-litellm-session-id', 'x-litellm-trace-id', 'x-litellm-call-id'],
    why: 'They group calls in the log of LiteLLM. It routes by x-litellm-tags, which is in the key.',
    source: 'docs.litellm.ai/docs/proxy/request_headers',
  },
  {
    names: ['x-litellm-spend-logs-metadata', 'x-litellm-enable-message-redaction'],
    why: 'They say what LiteLLM writes into its own log.',
    source: 'docs.litellm.ai/docs/proxy/request_headers',
  },
  {
    names: ['cf-aig-collect-log', 'cf-aig-collect-log-payload', 'cf-aig-event-id'],
    why: "They say what Cloudflare's AI Gateway writes into its own log. All other cf-aig-* are in the key.",
    source: 'developers.cloudflare.com/ai-gateway/glossary',
  },
  {
    names: ['anthropic-user-profile-id'],
    why: 'It says for whom an application asks Anthropic: the model does not see it.',
    source: 'anthropics/anthropic-sdk-typescript src/resources/messages/messages.ts',
  },
];

const names = NEUTRAL_HEADERS.flatMap((row) => row.names);
const exact: ReadonlySet<string> = new Set(names.filter((name) => !name.endsWith('*')));
const beginnings = names.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));

/** Is this a header that no answer depends on? @param name in lower case */
export function isNeutralHeader(name: string): boolean {
  return exact.has(name) || beginnings.some((beginning) => name.startsWith(beginning));
}
