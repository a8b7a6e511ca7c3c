import { join } from 'node:path';
import { toJson, writeFile } from '../../write-file';
import type { Scores } from './scores';
import { scoresCsv } from './scores-csv';

/** Writes `scores.json` and `scores.csv` into a folder, over those of an earlier evaluation. */
export async function writeScores(scores: Scores, out: string): Promise<void> {
  await writeFile(join(out, 'scores.json'), toJson(scores));
  await writeFile(join(out, 'scores.csv'), scoresCsv(scores.items));
}
