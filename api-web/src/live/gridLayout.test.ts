/** Grids, pages and what a URL says about them. */
import { describe, expect, it } from "vitest";
import { gridPage, isNarrowArea, largestTiles, parseLayout, parsePage } from "./gridLayout";

const WALL = { width: 1600, height: 900 };
const PHONE = { width: 380, height: 700 };
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe("largestTiles", () => {
  it.each([
    [1, 1, 1],
    [2, 2, 1],
    [3, 2, 2],
    [4, 2, 2],
    [5, 3, 2],
    [6, 3, 2],
    [9, 3, 3],
    [10, 4, 3],
    [16, 4, 4],
  ])("puts %i cameras into %i columns and %i rows on a wide screen", (count, columns, rows) => {
    expect(largestTiles(count, WALL)).toEqual({ columns, rows });
  });

  it("stacks on a tall screen", () => {
    expect(largestTiles(3, PHONE)).toEqual({ columns: 1, rows: 3 });
  });

  it("has a cell even without cameras or before the area is measured", () => {
    expect(largestTiles(0, WALL)).toEqual({ columns: 1, rows: 1 });
    expect(largestTiles(4, { width: 0, height: 0 })).toEqual({ columns: 4, rows: 1 });
  });
});

describe("gridPage", () => {
  it("shows as many tiles as the layout has", () => {
    const page = gridPage(numbers(10), "2", 1, WALL);

    expect(page).toEqual({ columns: 2, rows: 2, tiles: [1, 2, 3, 4], page: 1, pages: 3 });
  });

  it("shows the rest on the last page", () => {
    expect(gridPage(numbers(10), "2", 3, WALL).tiles).toEqual([9, 10]);
  });

  it("goes to the last page there is when cameras went away", () => {
    expect(gridPage(numbers(5), "2", 9, WALL)).toMatchObject({ page: 2, tiles: [5] });
  });

  it("pages beyond sixteen tiles in the automatic layout", () => {
    const page = gridPage(numbers(20), "auto", 2, WALL);

    expect(page).toMatchObject({ page: 2, pages: 2, tiles: [17, 18, 19, 20], columns: 2, rows: 2 });
  });

  it("stacks tiles on a phone in the automatic layout only", () => {
    expect(gridPage(numbers(8), "auto", 1, PHONE)).toMatchObject({ columns: 1, rows: 8 });
    expect(gridPage(numbers(8), "2", 1, PHONE)).toMatchObject({ columns: 2, rows: 2 });
  });

  it("has one empty page without cameras", () => {
    expect(gridPage([], "auto", 1, WALL)).toMatchObject({ page: 1, pages: 1, tiles: [] });
  });
});

describe("what a URL says", () => {
  it.each([
    ["3", "3"],
    ["auto", "auto"],
    ["5", "auto"],
    [null, "auto"],
  ])("layout %j is %j", (text, layout) => {
    expect(parseLayout(text)).toBe(layout);
  });

  it.each([
    ["2", 2],
    ["0", 1],
    ["-1", 1],
    ["1.5", 1],
    ["x", 1],
    [null, 1],
  ])("page %j is %i", (text, page) => {
    expect(parsePage(text)).toBe(page);
  });
});

describe("isNarrowArea", () => {
  it("knows a phone, and waits for a measure", () => {
    expect(isNarrowArea(PHONE)).toBe(true);
    expect(isNarrowArea(WALL)).toBe(false);
    expect(isNarrowArea({ width: 0, height: 0 })).toBe(false);
  });
});
