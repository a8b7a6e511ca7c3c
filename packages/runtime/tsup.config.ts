import { defineConfig } from 'tsup';
import { library } from '../../tsup.base';

// The CommonJS build needs the shim of import.meta.url: packages are resolved from where this one lies.
export default defineConfig({
  ...library({ index: 'src/index.ts', node: 'src/node/index.ts', conformance: 'src/conformance/index.ts' }),
  shims: true,
});
