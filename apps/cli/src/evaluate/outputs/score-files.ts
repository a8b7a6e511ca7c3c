import { join } from 'node:path';
import { toJson } from '../../write-file';
import type { Scores } from './scores';
import { scoresCsv } from './scores-csv';

/** `scores.json` and `scores.csv`, to be written into a folder. */
export function scoreFiles(scores: Scores, out: string): (readonly [path: string, content: string])[] {
  return [
    [join(out, 'scores.json'), toJson(scores)],
    [join(out, 'scores.csv'), scoresCsv(scores.items)],
  ];
}
