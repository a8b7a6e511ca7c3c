import { KNOWN_DATASETS } from '@utad/datasets';
import type { AssetOptions, ConfigOptions, DatasetName, EngineDevice } from '@utad/pipeline/node';
import type { BackendName } from '@utad/runtime';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Context } from '../context';
import { UsageError } from '../errors';

/** Runs a command's code, which should be loaded only then. */
export type Run = (work: (context: Context) => Promise<void>) => Promise<void>;

/** Adds one command to the program. */
export type Registration = (program: Command, run: Run) => void;

// Help needs none of the packages that compute: what they say of themselves is written out here, and compared with them by
// a test.

/** The names that `--backend` takes. */
export const BACKENDS = [
  'tfjs-node-gpu',
  'webgpu',
  'tfjs-node',
  'wasm',
  'cpu',
] as const satisfies readonly BackendName[];

/** Those that ONNX Runtime has besides. */
const ONNX_DEVICES = ['cuda'] as const satisfies readonly EngineDevice[];

/** The option that names what computes. */
export const backendOption = (): Option =>
  new Option('--backend <name>', 'what computes (default: the best that works)').choices([
    ...BACKENDS,
    ...ONNX_DEVICES,
  ]);

/** The option that chooses between ONNX Runtime and TensorFlow.js. */
export const engineOption = (): Option =>
  new Option(
    '--engine <name>',
    'what predicts; --backend is the device in it (default: what is fastest for the detector; tfjs where --backend is given)',
  ).choices(['onnx', 'tfjs']);

/** A backend of TensorFlow.js, for commands that know no other engine. */
export function tensorFlowBackend(name: EngineDevice | undefined): BackendName | undefined {
  const found = BACKENDS.find((backend) => backend === name);
  if (name === undefined || found !== undefined) return found;
  throw new UsageError(`--backend: expected ${BACKENDS.join(', ')}, received ${name}`);
}

/** What `--dataset` takes. */
export const DATASETS: readonly DatasetName[] = [
  ...KNOWN_DATASETS.map(({ id }) => id),
  ...(['folder', 'manifest', 'synthetic'] as const),
];

/** The presets of the two-stage detector. */
export const PRESETS = 'small, fast or paper';

/** What `--augment` takes, separated by commas. */
export const AUGMENT_TAKES = 'flipHorizontal, flipVertical, rotation=DEGREES, shift=SHARE, brightness=SHARE';

/** The shortcuts of the kinds that are built in; `reduction` has no flag. */
export const SHORTCUTS = {
  epochs: 'epochs of each stage',
  'epochs-ie': 'epochs of IE-Net alone',
  'epochs-expert': 'epochs of Expert-Net alone',
} as const;

/** For options that take a whole number. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || value < least || value > most) {
      const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
      throw new InvalidArgumentError(`Expected a whole number ${range}.`);
    }
    return value;
  };
}

/** The option that names the folder of good images. */
export const GOOD_OPTION = [
  '--good <name>',
  'the folder of good images in --root, where its name does not say so; . for all images (default: good, ok, normal and the like)',
] as const;

/** The option that cuts masks. */
export const maskThresholdOption = (): Option =>
  new Option(
    '--mask-threshold <n>',
    'values of masks above this are defects, 0 to 254 (default: what the values of each mask say)',
  ).argParser(wholeNumber(0, 254));

/** For options that may come several times. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** The option that names a detector. */
export function addDetectorOption(command: Command): Command {
  return command.option(
    '--detector <name|file>',
    'two-stage, or a module whose default export is a DetectorKind: a path, or a package installed here (default: two-stage)',
  );
}

/** What the command line says of things that detectors need and bundles do not hold. */
export interface AssetFlags {
  readonly vgg19?: string | undefined;
  /** `NAME=SOURCE`. */
  readonly asset?: readonly string[] | undefined;
}

/** The option that names weights of VGG-19. */
export function vgg19Option(otherwise: string): Option {
  return new Option(
    '--vgg19 <weights>',
    `VGG-19 weights: a .safetensors file, a folder with weights_manifest.json, a URL of one of them, bundled or random (default: ${otherwise})`,
  );
}

/** The option that names anything else. */
export function assetOption(): Option {
  return new Option(
    '--asset <name=source>',
    'what else a detector needs and a bundle does not hold, by the name that its kind gives it; repeatable',
  ).argParser(collect);
}

/** What the pipeline takes for these flags, and the environment beside them. */
export function assetOptions({ vgg19, asset = [] }: AssetFlags): AssetOptions {
  const assets: Record<string, string> = { ...(vgg19 !== undefined && { vgg19 }) };
  for (const text of asset) {
    const [, name, source] = /^([\w-]+)=(.+)$/.exec(text) ?? [];
    if (name === undefined || source === undefined || Object.hasOwn(assets, name)) {
      throw new UsageError(`--asset: expected name=source, each name once, received ${text}`);
    }
    assets[name] = source;
  }
  const { UTAD_VGG19 = '', UTAD_OFFLINE = '' } = process.env;
  return {
    assets,
    ...(UTAD_VGG19 !== '' && { fallbackAssets: { vgg19: UTAD_VGG19 } }),
    offline: UTAD_OFFLINE !== '' && UTAD_OFFLINE !== '0',
  };
}

/** What the command line says of a configuration. */
export interface ConfigFlags {
  readonly config?: string | undefined;
  readonly set?: readonly string[] | undefined;
  readonly shortcuts?: ConfigOptions['shortcuts'] | undefined;
}

/** Options that change the configuration of a detector. */
export function addConfigOptions(command: Command): Command {
  command
    .option('--config <file>', 'YAML or JSON laid over the preset')
    .option(
      '--set <key=value>',
      'a single value laid over both, such as ieNet.latent=32; repeatable',
      collect,
    );
  for (const [name, description] of Object.entries(SHORTCUTS)) {
    command.addOption(new Option(`--${name} <n>`, description).argParser(wholeNumber(0)));
  }
  return command;
}

/** What the pipeline takes for these flags. */
export function configOptions({ config, set, shortcuts }: ConfigFlags): ConfigOptions {
  return {
    ...(config !== undefined && { config }),
    ...(set !== undefined && { set }),
    ...(shortcuts !== undefined && { shortcuts }),
  };
}

/** The shortcuts among the options of a command, by their own names. */
export function shortcutsOf(command: Command): Record<string, unknown> {
  const given = Object.keys(SHORTCUTS).map((name): [string, unknown] => {
    const key = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    return [name, command.getOptionValue(key)];
  });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}
