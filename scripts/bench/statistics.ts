/** What is made of several measurements of the same thing. */

/** The one in the middle, or the mean of the two there. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const low = sorted[Math.ceil(sorted.length / 2) - 1];
  const high = sorted[Math.floor(sorted.length / 2)];
  if (low === undefined || high === undefined) throw new RangeError('There is no median of nothing');
  return (low + high) / 2;
}

export const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);

export const mean = (values: readonly number[]): number => sum(values) / values.length;

/** The items, beginning with another one each round: what drifts on the machine drifts for all alike. */
export const rotated = <T>(items: readonly T[], round: number): readonly T[] => {
  const start = round % Math.max(1, items.length);
  return [...items.slice(start), ...items.slice(0, start)];
};
