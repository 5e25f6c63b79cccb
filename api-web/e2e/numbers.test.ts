/** Numbers in pictures: what is painted is read, and nothing else. */
import { expect, it } from "vitest";
import { numberOf } from "./numbers";

const painted = (number: number) =>
  [number, 2 ** 32 - 1 - number].flatMap((half) =>
    Array.from({ length: 32 }, (_, bit) =>
      Math.floor(half / 2 ** (31 - bit)) % 2 === 1 ? 250 : 3,
    ),
  );

it.each([0, 1, 25, 0x80000001, 0xdeadbeef, 0xffffffff])("reads %i", (number) => {
  expect(numberOf(painted(number))).toBe(number);
});

it("does not take a damaged picture for another number", () => {
  const mixed = [...painted(7).slice(0, 32), ...painted(9).slice(32)];
  expect(() => numberOf(mixed)).toThrow("the halves say 7 and 9");
  expect(() => numberOf(painted(7).map(() => 128))).toThrow("grey");
  expect(() => numberOf([])).toThrow("0 cells");
});
