/** Shows what belongs to one metric at a time; without a script all of it is shown, metric after metric. */
export function chooseMetric(): void {
  const chooser = document.querySelector<HTMLFieldSetElement>('.chooser');
  if (chooser === null) return;
  const parts = document.querySelectorAll<HTMLElement>('[data-metric]');
  const show = () => {
    const chosen = chooser.querySelector<HTMLInputElement>('input:checked')?.value;
    for (const part of parts) part.hidden = part.dataset.metric !== chosen;
  };
  chooser.hidden = false;
  chooser.addEventListener('change', show);
  show();
}

/** Shows what belongs to one category, or all of it; the control is there only with a script. */
export function filterCategories(): void {
  for (const select of document.querySelectorAll<HTMLSelectElement>('select[data-filters]')) {
    const scope = document.getElementById(select.dataset.filters ?? '');
    const label = select.closest('label');
    if (scope === null || label === null) continue;
    label.hidden = false;
    select.addEventListener('change', () => {
      for (const part of scope.querySelectorAll<HTMLElement>('[data-category]')) {
        part.hidden = select.value !== '' && part.dataset.category !== select.value;
      }
    });
  }
}

/** Puts a button into the head of every column, which sorts the rows by it: figures from the highest, words from A. */
export function sortTables(): void {
  for (const table of document.querySelectorAll<HTMLTableElement>('table.sortable')) {
    const [body] = table.tBodies;
    const heads = [...table.querySelectorAll<HTMLTableCellElement>('thead th')];
    if (body === undefined || body.rows.length < 2) continue;
    const sortBy = (column: number, head: HTMLTableCellElement) => {
      const number = head.classList.contains('number');
      const before = head.getAttribute('aria-sort');
      const ascending = before === null ? !number : before === 'descending';
      const direction = ascending ? 1 : -1;
      const figureOf = (row: HTMLTableRowElement) => row.cells[column]?.dataset.value;
      const textOf = (row: HTMLTableRowElement) => row.cells[column]?.textContent ?? '';
      const sorted = [...body.rows].sort((a, b) => {
        if (!number) return direction * textOf(a).localeCompare(textOf(b), 'en', { numeric: true });
        const [left, right] = [figureOf(a), figureOf(b)];
        // What has no value is last, whichever way.
        if (left === undefined || right === undefined)
          return Number(left === undefined) - Number(right === undefined);
        return direction * (Number(left) - Number(right));
      });
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', ascending ? 'ascending' : 'descending');
      body.append(...sorted);
    };
    for (const [column, head] of heads.entries()) {
      const button = document.createElement('button');
      button.type = 'button';
      button.append(...head.childNodes);
      button.addEventListener('click', () => sortBy(column, head));
      head.append(button);
    }
  }
}
