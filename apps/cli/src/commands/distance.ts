import { InvalidArgumentError, Option } from 'commander';
import { type Registration, vgg19Option } from './options';

/** `utad distance` */
export const distance: Registration = (program, run) => {
  const command = program
    .command('distance')
    .summary('say how different two images look')
    .description(
      'The perceptual distance of two images by the features of VGG-19, in all and of each layer: 0 for equal images, higher for more different ones. Numbers made with other weights are not to be compared. Images of two sizes are refused unless --size says what to make of them.',
    )
    .argument('<a>', 'an image')
    .argument('<b>', 'another one')
    .addOption(
      new Option(
        '--size <pixels>',
        'resize both, bilinearly, to N or HxW; the aspect ratio is not kept',
      ).argParser(size),
    )
    .option('--normalize', 'bring the features of each pixel to norm 1 first, as LPIPS does')
    .addOption(vgg19Option('UTAD_VGG19, the cache, a download, random ones'))
    .addHelpText(
      'after',
      `
Examples:
  $ utad distance a.png b.png
  $ utad distance before.jpg after.jpg --size 256 --json
  $ utad distance a.png b.png --vgg19 vgg19/model.safetensors`,
    );
  command.action((a: string, b: string) =>
    run(async (context) => (await import('../distance')).distance(a, b, command.optsWithGlobals(), context)),
  );
};

function size(text: string): readonly [height: number, width: number] {
  const [, first, second = first] = /^(\d{1,4})(?:x(\d{1,4}))?$/.exec(text) ?? [];
  const [height, width] = [Number(first), Number(second)];
  if (height >= 4 && width >= 4) return [height, width];
  throw new InvalidArgumentError('Expected N or HxW, each from 4 to 9999.');
}
