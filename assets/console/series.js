// Numbers over time, drawn as a small chart.

/**
 * Path data of a line through the values in a box, and of the area under it.
 * @param {readonly number[]} values @param {number} width @param {number} height
 */
export function chart(values, width, height) {
  if (values.length < 2) return { stroke: '', area: '' };
  const top = Math.max(1, ...values);
  const points = values.map((v, i) => `${round((i / (values.length - 1)) * width)} ${round(height - 2 - (v / top) * (height - 6))}`);
  const stroke = `M${points.join('L')}`;
  return { stroke, area: `${stroke}V${height}H0Z` };
}

/** @param {number} n */
const round = (n) => Math.round(n * 100) / 100;
