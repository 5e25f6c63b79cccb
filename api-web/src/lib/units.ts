/** Sizes, rates and counts as people read them. */

/** "1.4 TB": decimal units, as disks are sold. */
export function bytes(count: bigint | number): string {
  return scaled(Number(count), "B");
}

/** "4.2 Mb/s" */
export function bitsPerSecond(count: bigint | number): string {
  return `${scaled(Number(count), "b")}/s`;
}

/** "12 345" in the words of the viewer's language. */
export function count(value: bigint | number): string {
  return value.toLocaleString();
}

/** "97.3 %"; never 100 % where something is missing. */
export function percent(share: number): string {
  const value = share < 1 ? Math.min(share * 100, 99.9) : 100;
  return `${value.toLocaleString(undefined, { maximumFractionDigits: 1 })} %`;
}

function scaled(value: number, unit: string): string {
  const prefixes = ["", "k", "M", "G", "T", "P"];
  let index = 0;
  let rest = value;
  while (rest >= 1000 && index < prefixes.length - 1) {
    rest /= 1000;
    index += 1;
  }
  const digits = rest < 10 && index > 0 ? 1 : 0;
  return `${rest.toFixed(digits)} ${prefixes[index] ?? ""}${unit}`;
}
