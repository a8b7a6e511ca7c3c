import { vgg19Sources } from '@utad/perceptual/load';
import { verifyVgg19Cache } from '@utad/perceptual/node';
import type { Context } from '../context';
import { formatFacts } from '../terminal/format';
import { describeWeights } from './describe';
import { weightsFolder } from './folder';

/** `utad weights list` */
export async function weightsList({ output }: Context): Promise<void> {
  const folder = weightsFolder();
  const entries = await verifyVgg19Cache(folder);
  const weights = entries.map(({ record, path, problem }) => ({
    ...record,
    path,
    problem: problem?.message ?? null,
  }));
  const sources = vgg19Sources.map((source) => ({
    ...source,
    fetched: weights.some(({ id, problem }) => id === source.id && problem === null),
  }));
  const known = sources.map(({ id, name, url, citation, fetched }) =>
    formatFacts([
      ['source', `${id}${fetched ? ' (fetched)' : ''}`],
      ['weights', name],
      ['from', url],
      ['by', citation],
    ]),
  );
  const cached = entries.map(({ record, path, problem }) => {
    const facts = describeWeights(record, path);
    return problem === undefined ? facts : `${facts}\n${problem.message}`;
  });
  const held = cached.length === 0 ? [`nothing was fetched into ${folder} yet`] : cached;
  output.result({ folder, sources, weights }, [...known, ...held].join('\n\n'));
}
