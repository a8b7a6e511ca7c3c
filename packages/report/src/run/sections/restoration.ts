import { formatHundredths, formatNumber } from '../../page/format';
import { type Html, html } from '../../page/html';
import type { PageSection } from '../../page/page';
import { table } from '../../page/table';
import type { PictureChanges, ReportData, RestorationGoal, RestorationGoals } from '../data';
import type { PictureName } from '../gallery/gallery';

/** How near pictures come to what they should be, and where they differ from the input. */
export function restoration({ restoration: measured, changes }: ReportData): PageSection | undefined {
  if (!measured && !changes?.pictures.length) return undefined;
  return {
    id: 'restoration',
    name: 'Restoration',
    heading: 'Restoration',
    content: html`${measured && goalList(measured)}${changes && changes.pictures.length > 0 && changeTable(changes)}`,
  };
}

function goalList({ about, goals }: RestorationGoals): Html {
  return html`<p>${about !== undefined && `${about}\n`}Differences are mean absolute ones on a scale from 0 to 1.</p>
<ul class="verdicts">
${goals.map(verdict)}</ul>`;
}

function verdict(judged: RestorationGoal): Html {
  const { where, target, picture, difference, reference, referenceDifference, goal } = judged;
  const share = difference / referenceDifference;
  const met = 'atMost' in goal ? share <= goal.atMost : share < goal.below;
  const aim = 'atMost' in goal ? `at most ${goal.atMost.toFixed(2)}` : `less than ${goal.below}`;
  const times = Number.isFinite(share) ? `${share.toFixed(2)} times` : 'not measurably';
  const sentence = html`${where === 'inside' ? 'Inside' : 'Outside'} the defects, the ${named(picture)} is ${times} as far from the ${target} as the ${named(reference)} is (${formatNumber(difference)} against ${formatNumber(referenceDifference)}); the goal is ${aim}.`;
  return html`<li class="${met ? 'met' : 'missed'}"><strong>${met ? 'Met' : 'Not met'}</strong> <span>${sentence}</span></li>
`;
}

function named({ name, symbol = '' }: PictureName): Html {
  return html`${name}${symbol !== '' && html` <var>${symbol}</var>`}`;
}

/** Where pictures were changed, against where the defects are. */
function changeTable({ about, pictures }: PictureChanges): Html {
  return html`<p>${about !== undefined && `${about} `}Differences are mean absolute ones
on a scale from 0 to 1. If changes fell anywhere, the share inside the defects would be the share of the area that they cover.</p>
${table(
  'Where images differ from the input',
  [
    ['Image', ({ name, symbol = '' }) => (symbol === '' ? name : html`<var>${symbol}</var> ${name}`)],
    ['Inside defects', ({ inside }) => formatNumber(inside)],
    ['Outside them', ({ outside }) => formatNumber(outside)],
    ['In good images', ({ good }) => (good === null ? '–' : formatNumber(good))],
    ['Of all change, inside defects', ({ share }) => `${formatHundredths(share)} %`],
    ['Of the area, defects cover', ({ area }) => `${formatHundredths(area)} %`],
  ],
  pictures,
)}`;
}
