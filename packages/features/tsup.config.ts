import { defineConfig } from 'tsup';
import { library } from '../../tsup.base';

// The CommonJS build needs the shim of import.meta.url: the weights that come with the package are found from it.
export default defineConfig({
  ...library({
    index: 'src/index.ts',
    node: 'src/node/index.ts',
    onnx: 'src/onnx/index.ts',
    tfjs: 'src/tfjs/index.ts',
  }),
  shims: true,
});
