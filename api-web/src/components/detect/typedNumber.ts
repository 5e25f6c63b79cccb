/** What a field for numbers holds: text while it is half typed, "-" or "." for example. */
export function typedNumber(value: string | number): number | "" {
  const number = value === "" ? Number.NaN : Number(value);
  return Number.isNaN(number) ? "" : number;
}
