// npm test: every package's tests, those whose inputs did not change from the cache. Arguments go to turbo:
// `npm test -- --filter=@utad/eval`.
import { run } from './run.mjs';
import { main, root, say, secondsSince, setup, turbo, turboEnvironment } from './setup.mjs';

await main(async () => {
  await setup();
  const began = performance.now();
  // Two at a time: most of them compute on one core, or wait for another program.
  const options = ['--concurrency=2', '--continue', '--output-logs=new-only'];
  const { status } = await run(turbo, ['run', 'test', ...options, ...process.argv.slice(2)], {
    cwd: root,
    env: turboEnvironment(),
  });
  const outcome = status === 0 ? 'all tests passed' : 'tests failed: the summary above names the packages';
  const data = process.env.UTAD_TEST_DATA
    ? ''
    : ' (tests on real data were skipped: UTAD_TEST_DATA is not set)';
  say(`${outcome}, ${secondsSince(began)}${data}`);
  return status;
});
