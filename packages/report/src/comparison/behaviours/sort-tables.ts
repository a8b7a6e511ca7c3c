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
