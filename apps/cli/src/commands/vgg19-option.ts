/** Flags of the option that names weights. */
export const VGG19_FLAGS = '--vgg19 <weights>';

/** What it takes, for help. */
export const VGG19_TAKES =
  'VGG-19 weights: a .safetensors file, a folder with weights_manifest.json, a URL of one of them, bundled or random';
