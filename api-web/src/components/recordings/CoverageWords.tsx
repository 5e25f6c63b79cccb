/** How much of a day is on disk, in a sentence. */
import { Text } from "@mantine/core";
import { type DayCoverage, lostGaps } from "../../lib/timelineSpans";
import { percent } from "../../lib/units";

export function CoverageWords({ coverage, isToday }: { coverage: DayCoverage; isToday: boolean }) {
  const lost = lostGaps(coverage).length;
  const isFirst =
    coverage.recorded.length === 0 && coverage.gaps.some((gap) => gap.kind === "pending");
  if (isFirst && lost === 0) {
    return <>Being recorded: the first file is not finished yet.</>;
  }
  return (
    <>
      <Text span fw={650}>
        {percent(coverage.coverage)}
      </Text>{" "}
      of the {isToday ? "day so far" : "day"} is on disk
      {lost > 0 && `, with ${lost === 1 ? "1 gap" : `${lost} gaps`}`}.
    </>
  );
}
