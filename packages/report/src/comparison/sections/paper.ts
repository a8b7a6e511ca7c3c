import type { Measured } from '../../measured';
import { formatMetric } from '../../page/format';
import { type Html, html } from '../../page/html';
import type { PageSection } from '../../page/page';
import { figuresTable } from '../../page/table';
import type { ComparisonData } from '../data';
import { paperSetup } from '../paper/setup';
import { OURS, type PaperTable, paperTables } from '../paper/tables';
import type { ComparisonSummary, DatasetSummary } from '../summarise';

/** How each detector was made and, where the paper used the data set, how the paper says it did. */
export function setups({ detectors }: ComparisonData, { datasets }: ComparisonSummary): PageSection {
  const used = datasets
    .map(({ dataset }) => [dataset, paperSetup(dataset)] as const)
    .filter(([, rows]) => rows.length > 0);
  const several = used.length > 1;
  const columns = [
    ...detectors.map(({ name, setup }) => ({ name, values: new Map(setup) })),
    ...used.map(([dataset, rows]) => ({
      name: several ? `${OURS}, ${dataset}` : OURS,
      values: new Map(rows),
    })),
  ];
  const labels = [...new Set(columns.flatMap(({ values }) => [...values.keys()]))];
  return {
    id: 'setups',
    name: 'Set-ups',
    heading: 'How they were made',
    content: html`${
      used.length > 0 &&
      html`<p>The paper’s results stand beside ours with its set-up beside ours: where the two differ, so may the results, and a
difference is not the method’s alone. Its weights and code are not ours, and its test images are the same only where our runs
use whole test sets in full resolution.</p>`
    }
<div class="scroll" role="region" aria-label="Set-ups" tabindex="0"><table class="setups"><caption>Set-ups of the detectors${
      used.length > 0 && ' and of the paper'
    }</caption>
<thead><tr><th scope="col">Setting</th>${columns.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${labels.map(
      (label) =>
        html`<tr><th scope="row">${label}</th>${columns.map(({ values }) => html`<td>${values.get(label) ?? '–'}</td>`)}</tr>`,
    )}</tbody></table></div>`,
  };
}

/** The paper's tables about the data sets that were compared, with our results where they measure the same. */
export function paper(_: ComparisonData, { datasets }: ComparisonSummary): PageSection | undefined {
  const present = datasets.filter(({ dataset }) => paperTables(dataset).length > 0);
  if (present.length === 0) return undefined;
  const printed = new Map<number, Html>();
  for (const summary of present) {
    for (const table of paperTables(summary.dataset)) {
      printed.set(table.number, tableOf(table, present));
    }
  }
  return {
    id: 'paper',
    name: 'The paper',
    heading: 'The paper’s numbers',
    content: html`<p>As printed in Liu et al., <cite>Unsupervised Two-Stage Anomaly Detection</cite>, 2021, for every method that it compares.
Ours are in the last columns or rows, where the same was measured; IoU is that at the paper’s threshold.</p>
${[...printed].sort(([a], [b]) => a - b).map(([, table]) => table)}`,
  };
}

function tableOf(table: PaperTable, datasets: readonly DatasetSummary[]): Html {
  const { number, caption, rowsAre, notes } = table;
  const { columns, rows } = withOurs(table, datasets);
  return html`${figuresTable({
    caption: html`Table ${number}: ${caption}`,
    label: `Table ${number} of the paper: ${caption}`,
    columns: [rowsAre, ...columns],
    rows: rows.map(({ name, values }) => ({
      cells: [name, ...values.map((value) => ({ content: printedAs(value, number), value }))],
    })),
  })}${notes.map((note) => html`<p class="source">${note}</p>`)}`;
}

const hasValues = ({ values }: PaperTable['rows'][number]) => values.some((value) => value !== null);

type Rows = Pick<PaperTable, 'columns' | 'rows'>;

/** A table with our results: columns for Table 1, rows for the others. */
function withOurs(table: PaperTable, datasets: readonly DatasetSummary[]): Rows {
  const { columns, rows } = table;
  if (table.number === 2) {
    const detectors = [...new Set(datasets.flatMap((dataset) => dataset.detectors))];
    const ours = detectors.map((detector) => {
      const means = columns.map((column) =>
        datasets
          .find(({ dataset }) => dataset === column)
          ?.means.find((one) => one.detector === detector && one.metric === 'imageAuroc'),
      );
      const classes = columns.flatMap((column, i) => {
        const { mean = null, categories = 0 } = means[i] ?? {};
        return mean === null ? [] : [`${column}: ${categories} of 10 classes`];
      });
      return {
        name: `${detector}, ours (${classes.join(', ')})`,
        values: means.map((one) => one?.mean ?? null),
      };
    });
    return { columns, rows: [...rows, ...ours.filter(hasValues)] };
  }
  const mvtec = datasets.find(({ dataset }) => dataset === 'mvtec');
  if (mvtec === undefined) return table;
  const iou = (detector: string, category: string): Measured =>
    mvtec.cells.find(
      (cell) => cell.detector === detector && cell.category === category && cell.metric === 'iouPaper',
    )?.mean ?? null;
  if (table.number === 1) {
    const measured = mvtec.detectors.filter((detector) =>
      mvtec.categories.some((category) => iou(detector, category) !== null),
    );
    return {
      columns: [...columns, ...measured.map((detector) => `${detector}, ours`)],
      rows: rows.map(({ name, values }) => ({
        name,
        values: [
          ...values,
          // No category is called as the two rows of means are, in which ours have no place: they are of other categories.
          ...measured.map((detector) => iou(detector, name)),
        ],
      })),
    };
  }
  if (table.number === 3) {
    const ours = mvtec.detectors.map((detector) => ({
      name: `${detector}, ours`,
      values: columns.map((category) => iou(detector, category)),
    }));
    return { columns, rows: [...rows, ...ours.filter(hasValues)] };
  }
  return table;
}

/** Tables 1 and 3 have two digits, the others three; parameters have two. */
function printedAs(value: Measured, table: PaperTable['number']): string {
  if (value === null) return formatMetric(value);
  if (table === 4) return value > 1 ? value.toFixed(2) : value.toFixed(3);
  return value.toFixed(table === 2 || Number(value.toFixed(2)) !== value ? 3 : 2);
}
