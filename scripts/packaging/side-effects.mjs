// Run in a project as `node side-effects.mjs PACKAGE DEPENDENCY...`: whether importing the package changes anything that
// others can see, which `sideEffects: false` denies: globals, environment, listeners, and what is registered with
// TensorFlow.js. What its dependencies from elsewhere do on import is theirs (zod keeps a registry in a global).
const [name, ...dependencies] = process.argv.slice(2);
const tf = await import('@tensorflow/tfjs').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
});
// One that is not there, or has no main entry, did nothing.
for (const dependency of dependencies) await import(dependency).catch(() => {});

/** Everything watched, by what it is called. */
const watched = () => ({
  globals: Reflect.ownKeys(globalThis).map(String),
  environment: Object.entries(process.env).map(([key, value]) => `${key}=${value}`),
  listeners: process.eventNames().flatMap((event) => process.listeners(event).map(() => String(event))),
  prototypes: [Object, Array, Function, String, Promise, Uint8Array].flatMap((type) =>
    Reflect.ownKeys(type.prototype).map((key) => `${type.name}.${String(key)}`),
  ),
  ...(tf && {
    layers: Object.keys(tf.serialization.SerializationMap.getMap().classNameMap),
    backends: Object.keys(tf.engine().registryFactory),
    kernels: ['cpu', 'webgl'].flatMap((backend) =>
      tf.getKernelsForBackend(backend).map(({ kernelName }) => `${backend} ${kernelName}`),
    ),
    backend: [tf.engine().backendName ?? 'none'],
    tensors: [String(tf.engine().state.numTensors)],
    operations: Object.keys(tf.Tensor.prototype),
  }),
});

const before = watched();
await import(name);
const after = watched();
for (const kind of Object.keys(before)) {
  const known = new Set(before[kind]);
  for (const entry of after[kind].filter((value) => !known.has(value))) console.log(`${kind}: ${entry}`);
}
