/** Figures of a measurement, in the form in which docs/performance.md has them. */

/** The value below which this share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Prints a row: what, how many, p50, p95 and the largest, in milliseconds. */
export function printRow(what: string, values: readonly number[]): void {
  const ms = (value: number) => value.toFixed(0);
  const figures = [quantile(values, 0.5), quantile(values, 0.95), Math.max(...values)].map(ms);
  console.info(`| ${what} | ${values.length} | ${figures.join(" | ")} |`);
}

/** The head of the table whose rows `printRow` prints. */
export function printHead(): void {
  console.info("| what | count | p50 ms | p95 ms | max ms |\n|---|---|---|---|---|");
}
