// npm test: every package's tests, those whose inputs did not change from the cache. Arguments go to turbo:
// `npm test -- --filter=@utad/eval`.
import { run } from './run.mjs';
import { main, root, setup, turbo, turboEnvironment } from './setup.mjs';

await main(async () => {
  await setup();
  const began = performance.now();
  // One package at a time: each test process already uses every core.
  const options = ['--concurrency=1', '--continue', '--output-logs=new-only'];
  const { status } = await run(turbo, ['run', 'test', ...options, ...process.argv.slice(2)], {
    cwd: root,
    env: turboEnvironment(),
  });
  const outcome = status === 0 ? 'all tests passed' : 'tests failed: the summary above names the packages';
  const data = process.env.UTAD_TEST_DATA
    ? ''
    : ' (tests on real data were skipped: UTAD_TEST_DATA is not set)';
  process.stderr.write(`${outcome}, ${((performance.now() - began) / 1000).toFixed(1)} s${data}\n`);
  return status;
});
