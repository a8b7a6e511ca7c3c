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
