import { createRequire } from 'node:module';
import type { PackageFiles } from './npm-registry';

/** The parts of tfjs-node's own that matter here, in its own words. */
const BINDING_GYP = `{
  'variables' : { 'tensorflow_include_dir' : '<(module_root_dir)/deps/include' },
  'targets' : [{
    'target_name' : 'tfjs_binding',
    'sources' : [ 'binding/tfjs_binding.cc' ],
    'include_dirs' : [ '..', '<(tensorflow_include_dir)' ],
    'conditions' : [[ 'OS=="linux"', {
      'libraries' : [ '-Wl,-rpath,\\$$ORIGIN/../../deps/lib', '-ltensorflow', '-ltensorflow_framework' ],
      'library_dirs' : ['<(module_root_dir)/deps/lib'],
    }]],
  }, {
    "target_name": "action_after_build",
    "type": "none",
    "dependencies": [ "<(module_name)" ],
    "copies": [{ "files": [ "<(PRODUCT_DIR)/<(module_name).node" ], "destination": "<(module_path)" }]
  }],
  "defines": [ "NAPI_VERSION=<(napi_build_version)" ]
}
`;

const BINDING = `#include <node_api.h>
#include "tensorflow/c/c_api.h"
static napi_value Text(napi_env env, const char* text) {
  napi_value value;
  napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);
  return value;
}
static napi_value MissingCuda(napi_env env, napi_callback_info) { return Text(env, UTAD_MissingCuda()); }
static napi_value Init(napi_env env, napi_value exports) {
  napi_value missing;
  napi_create_function(env, "missingCuda", NAPI_AUTO_LENGTH, MissingCuda, nullptr, &missing);
  napi_set_named_property(env, exports, "missingCuda", missing);
  napi_set_named_property(env, exports, "TF_Version", Text(env, TF_Version()));
  return exports;
}
NAPI_MODULE(NODE_GYP_MODULE_NAME, Init)
`;

const tfjs = createRequire(import.meta.url).resolve('@tensorflow/tfjs');

export interface AddonOptions {
  /** Its C++; default one that compiles. */
  readonly binding?: string;
}

/**
 * Packages that npm, node-gyp and the check treat as tfjs-node or tfjs-node-gpu: a real addon, compiled and linked as
 * theirs is, with plain JavaScript computing behind it. It claims a GPU where all of CUDA could be opened.
 */
export function addonPackages(
  name: 'tfjs-node' | 'tfjs-node-gpu',
  { binding = BINDING }: AddonOptions = {},
): PackageFiles[] {
  const version = '4.22.0';
  return [
    {
      'package.json': JSON.stringify({
        name: `@tensorflow/${name}`,
        version,
        main: 'index.js',
        dependencies: { '@mapbox/node-pre-gyp': '1.0.9' },
        scripts: { install: 'echo its script must not be run && exit 1' },
      }),
      'index.js': `const tf = require(${JSON.stringify(tfjs)});
const binding = require(require('@mapbox/node-pre-gyp').find(require.resolve('./package.json')));
const isUsingGpuDevice = ${name === 'tfjs-node-gpu'} && binding.missingCuda() === '';
module.exports = { ...tf, missingCuda: binding.missingCuda, backend: () => ({ binding, isUsingGpuDevice }) };
`,
      'binding.gyp': BINDING_GYP,
      'binding/tfjs_binding.cc': binding,
    },
    {
      'package.json': JSON.stringify({ name: '@mapbox/node-pre-gyp', version: '1.0.9', main: 'index.js' }),
      'index.js':
        "exports.find = (manifest) => require('node:path').join(manifest, '../lib/napi-v8/tfjs_binding.node');\n",
    },
  ];
}
