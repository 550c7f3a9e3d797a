export default {
  ssr: { noExternal: true },
  // The client of Redis asks for packages that need not be there, and Vite puts a module there that throws.
  resolve: { alias: { '@node-rs/xxhash': '/absent.mjs', '@opentelemetry/api': '/absent.mjs' } },
  build: {
    outDir: 'out/vite-bundled',
    rollupOptions: {
      output: { inlineDynamicImports: true, entryFileNames: 'handler.mjs' },
      onwarn({ id, message }) {
        if (/@cached-llm|handler/.test(`${id} ${message}`)) throw new Error(message);
      },
    },
  },
};
