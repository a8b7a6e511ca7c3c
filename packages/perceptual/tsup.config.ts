import { defineConfig } from 'tsup';
import { library } from '../../tsup.base';

export default defineConfig({
  ...library({ index: 'src/index.ts', node: 'src/node/index.ts' }),
  // CommonJS too: both entries must throw the same WeightsError class, or instanceof fails between them.
  splitting: true,
});
