import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Tests import packages by their published names and get the sources, so that no build can be stale. */
const alias = [
  { find: /^@utad\/([^/]+)\/([^/]+)$/, replacement: `${at('packages')}/$1/src/$2/index.ts` },
  { find: /^@utad\/([^/]+)$/, replacement: `${at('packages')}/$1/src/index.ts` },
];

/** Their tests compute with tensors, on the best backend of the machine. */
const onTensorFlow = [
  'layers',
  'training',
  'ie-net',
  'expert-net',
  'features',
  'perceptual',
  'detector',
  'pipeline',
  'two-stage',
  'examples',
  'weights',
];

/** Minutes of waiting for programs, timeouts and servers: part of `.ci/run`, not of `npm test`. */
const SLOW = '**/*.slow.test.ts';

const project = (name: string, root: string) => ({
  resolve: { alias },
  test: {
    name,
    root,
    include: ['test/**/*.test.ts'],
    exclude: process.env.UTAD_SLOW_TESTS ? [] : [SLOW],
    setupFiles: [
      at('scripts/testing/property-seed.ts'),
      ...(onTensorFlow.includes(name) ? [at('scripts/vitest-backend.ts')] : []),
    ],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    pool: 'forks' as const,
  },
});

export default defineConfig({
  test: {
    projects: [
      ...readdirSync(at('packages')).map((name) => project(name, at(`packages/${name}`))),
      project('cli', at('apps/cli')),
      project('examples', at('examples')),
      project('weights', at('weights')),
    ],
  },
});
