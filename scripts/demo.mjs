// npm run demo: from a fresh clone to a trained detector and its report. Arguments go to `utad demo`.
import { run } from './run.mjs';
import { main, root, setup, utad } from './setup.mjs';

await main(async () => {
  await setup();
  const given = process.argv.slice(2);
  const out = given.some((word) => word === '--out' || word.startsWith('--out='))
    ? []
    : ['--out', 'runs/demo'];
  const { status } = await run(process.execPath, [utad, 'demo', ...out, ...given], { cwd: root });
  return status;
});
