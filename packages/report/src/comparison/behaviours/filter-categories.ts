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
