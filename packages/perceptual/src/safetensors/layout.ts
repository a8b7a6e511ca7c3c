import type { Size } from '../tensor-shapes';
import { vgg19Layers } from '../vgg19-layers';
import type { WeightTensor } from '../weights';

/** Which tensor of a safetensors file is which of VGG-19's, and how its axes lie. */
export interface Layout {
  /** The name in the file, behind any prefix that ends in a dot, by VGG-19's name here. */
  readonly names: ReadonlyMap<string, string>;
  /** The shape in the file of a tensor that has this one here. */
  stored(shape: readonly Size[]): readonly Size[];
  /** The shape here of a tensor that has this one in the file. */
  here(stored: readonly number[]): readonly number[];
  /** The values as they lie here, from the values as they lie in the file. */
  arranged(stored: Float32Array, shape: readonly number[]): WeightTensor;
}

/** What this package itself writes: its own names, kernels HWIO. */
export const ownLayout: Layout = {
  names: /* @__PURE__ */ names((layer) => [`${layer}/kernel`, `${layer}/bias`]),
  stored: (shape) => shape,
  here: (stored) => stored,
  arranged: (data, shape) => ({ shape, data }),
};

/** torchvision's and timm's: `features.<n>`, n counting ReLUs and poolings too, kernels OIHW. */
export const torchvisionLayout: Layout = {
  names: /* @__PURE__ */ names((_, n) => [`features.${n}.weight`, `features.${n}.bias`]),
  stored(shape) {
    const [height, width, inputs, filters] = shape;
    return shape.length === 4 ? [filters, inputs, height, width] : shape;
  },
  here(stored) {
    const [filters = 0, inputs = 0, height = 0, width = 0] = stored;
    return stored.length === 4 ? [height, width, inputs, filters] : stored;
  },
  arranged(data, shape) {
    const [height = 0, width = 0, inputs = 0, filters] = shape;
    return { shape, data: filters === undefined ? data : toHwio(data, height * width, inputs, filters) };
  },
};

function names(pair: (layer: string, n: number) => readonly [string, string]): Map<string, string> {
  const map = new Map<string, string>();
  let n = 0;
  for (const { name, pooled } of vgg19Layers) {
    if (pooled) n += 1;
    const [kernel, bias] = pair(name, n);
    map.set(`${name}/kernel`, kernel).set(`${name}/bias`, bias);
    n += 2;
  }
  return map;
}

/** `[O, I, places]` to `[places, I, O]`. */
function toHwio(stored: Float32Array, places: number, inputs: number, filters: number): Float32Array {
  const data = new Float32Array(stored.length);
  let from = 0;
  for (let o = 0; o < filters; o++) {
    for (let i = 0; i < inputs; i++) {
      for (let place = 0; place < places; place++) {
        data[(place * inputs + i) * filters + o] = stored[from++] ?? Number.NaN;
      }
    }
  }
  return data;
}
