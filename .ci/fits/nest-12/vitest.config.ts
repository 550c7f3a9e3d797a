import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { globals: true, root: './', include: ['src/**/*.spec.ts'], testTimeout: 60_000 },
});
