// node scripts/packaging/check.mjs [NAME...]: whether every package, or those named (eval, perceptual, ...), is fit to be
// published: packs them, looks into the tarballs, and installs and uses each alone in an empty project, from an empty
// cache. Takes minutes and the registry that npm is set up with.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WITHOUT_TENSORFLOW } from '../checks/house.mjs';
import { main, root } from '../setup.mjs';
import { PackagingError } from './command.mjs';
import { problemsOf, tensorFlowProblems } from './contents.mjs';
import { publintProblems, typeProblems } from './lint.mjs';
import { checkSideEffects, installAlone, useEverywhere } from './project.mjs';
import { shakingProblems, sizesOf, sizeTable } from './sizes.mjs';
import { eachOf, inTemporaryFolder, step } from './step.mjs';
import { useProgram } from './use-program.mjs';
import { packAll } from './workspace.mjs';
import { buildWorkspace } from './workspace-copy.mjs';

const shortOf = ({ name }) => name.split('/').at(-1);

function refuse(name, problems) {
  if (problems.length > 0) throw new PackagingError(`${name}\n${problems.join('\n')}`);
}

async function look(one) {
  const types = one.manifest.exports ? await typeProblems(one) : [];
  refuse(one.name, [...problemsOf(one), ...(await publintProblems(one)), ...types]);
}

async function use(one, packed, { folder, cache }) {
  try {
    await installAlone(one, packed, { folder, cache });
    if (WITHOUT_TENSORFLOW.includes(shortOf(one))) {
      const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
      refuse(one.name, tensorFlowProblems(lock));
    }
    if (one.manifest.bin) {
      await useProgram(one, folder);
      return [];
    }
    await checkSideEffects(one, packed, folder);
    await useEverywhere(one, folder);
    refuse(one.name, await shakingProblems(one, folder));
    return await sizesOf(one.name, folder);
  } catch (error) {
    if (error instanceof PackagingError) error.message = `${one.name}: ${error.message}`;
    throw error;
  }
}

await main(() =>
  inTemporaryFolder(async (temporary) => {
    await step('built', () => buildWorkspace(root, { cached: true }));
    const tarballs = join(temporary, 'tarballs');
    mkdirSync(tarballs);
    const packed = await step('packed', () => packAll(root, tarballs));
    const words = process.argv.slice(2);
    const unknown = words.find((word) => ![...packed.values()].some((one) => shortOf(one) === word));
    if (unknown !== undefined) {
      const known = [...packed.values()].map(shortOf).join(', ');
      throw new PackagingError(`expected names of packages (${known}), received ${unknown}`, 2);
    }
    const chosen = [...packed.values()].filter((one) => words.length === 0 || words.includes(shortOf(one)));

    await step('contents, publint and types', () => eachOf(chosen, 2, look));
    const rows = [];
    const place = (one) => ({ folder: join(temporary, shortOf(one)), cache: join(temporary, 'cache') });
    await eachOf(chosen, 2, (one) =>
      step(`${one.name} alone`, async () => {
        rows.push(...(await use(one, packed, place(one))));
      }),
    );
    if (rows.length > 0) process.stdout.write(`${sizeTable(rows)}\n`);
    const over = rows.filter(({ bytes, budget }) => bytes > budget);
    refuse(
      'bundles over their budgets',
      over.map(({ what, bytes, budget }) => `${what}: ${bytes} > ${budget}`),
    );
    return 0;
  }),
);
