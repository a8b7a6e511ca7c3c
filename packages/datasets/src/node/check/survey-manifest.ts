import { DatasetError } from '../../errors';
import { type ListedImage, listManifest } from '../manifest/list-manifest';
import type { Finding } from './report';
import type { Survey } from './survey';

/** More would not be put right one by one. */
const MOST_FINDINGS = 100;

/**
 * Lists the images of a manifest, and all that is wrong with its lines; of more than 100 things, the number of the others.
 *
 * @throws DatasetError `root-missing`
 */
export async function surveyManifest(file: string): Promise<Survey> {
  const findings: Finding[] = [];
  let others = 0;
  const onWrong = (error: DatasetError) => {
    if (findings.length === MOST_FINDINGS) others += 1;
    else findings.push(findingOf(error, file));
  };
  let listed: readonly ListedImage[] = [];
  try {
    listed = await listManifest({ file }, onWrong);
  } catch (error) {
    if (!(error instanceof DatasetError) || error.code === 'root-missing') throw error;
    onWrong(error);
  }
  if (others > 0) {
    const message = `${file}: ${others} more wrong ${others === 1 ? 'thing' : 'things'} in other lines`;
    findings.push({ finding: 'listing', wrong: true, paths: [file], count: others, message });
  }
  // Lines without a split where others have one are wrong, and their images are looked at all the same.
  const splits = ['train', 'validation', 'test', 'all'] as const;
  const parts = splits.map((split) => ({
    category: null,
    split,
    entries: listed.filter(({ row }) => (row.split ?? 'all') === split).map(({ entry }) => entry),
  }));
  return { parts: parts.filter(({ entries }) => entries.length > 0), findings };
}

/** What stopped a listing, as something found. */
export function findingOf({ code, message }: DatasetError, path: string): Finding {
  const known = (['mask-missing', 'mask-without-image'] as const).find((finding) => finding === code);
  return { finding: known ?? 'listing', wrong: true, paths: [path], message };
}
