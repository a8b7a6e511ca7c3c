import { assetOption, collect, type Registration, vgg19Option } from './options';

/** `utad compare` */
export const compare: Registration = (program, run) => {
  const command = program
    .command('compare')
    .summary('set evaluated runs side by side')
    .description(
      'Compares runs that were evaluated: detectors, categories and seeds, with means, deviations, paired differences on the same images, the numbers of the paper where it used the same data, and some images as each detector marks them. Writes comparison.html and comparison.json. Runs of one kind, preset, configuration and weights are one detector; their seeds are averaged.',
    )
    .argument('<run...>', 'run folders with metrics.json and scores.json, as utad evaluate writes them')
    .requiredOption('-o, --out <folder>', 'where to write')
    .option(
      '--name <run=label>',
      'what to call the detector of a run; detectors of one name are one; repeatable',
      collect,
    )
    .option('--title <text>', 'the heading (default: the names of detectors and categories)')
    .option('--no-grid', 'leave the images out, and open no detector')
    .option(
      '--detector <file>',
      'a module whose default export is a DetectorKind, for runs of a kind that is not built in; repeatable',
      collect,
    )
    .addOption(vgg19Option('those that each run was made with'))
    .addOption(assetOption())
    .option('--force', 'write over the comparison in --out')
    .addHelpText(
      'after',
      `
Examples:
  $ utad compare runs/fast runs/small --out compared
  $ utad compare runs/a-screw runs/a-bottle runs/b-screw runs/b-bottle --name runs/a-screw=old --name runs/b-screw=new --out compared
  $ utad compare runs/fast runs/mean --detector ./mean-image.mjs --out compared --json`,
    );
  command.action((runs: string[]) =>
    run(async (context) => (await import('../compare')).compare(runs, command.optsWithGlobals(), context)),
  );
};
