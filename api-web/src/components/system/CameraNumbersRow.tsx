/** A camera in the table of all pipelines. */
import { Anchor, Table } from "@mantine/core";
import type { Ref } from "react";
import { Link } from "react-router";
import type { Camera } from "../../gen/ronin/v1/camera_pb";
import type { GetPipelineStatsResponse } from "../../gen/ronin/v1/system_pb";
import { stateWords } from "../../lib/cameraWords";
import { cameraNumbers } from "../../lib/pipelineWords";
import { StateBadge } from "../cameras/StateBadge";

interface Props {
  camera: Camera;
  /** Undefined while they are not known. */
  stats: GetPipelineStatsResponse | undefined;
  ref: Ref<HTMLTableRowElement>;
}

export function CameraNumbersRow({ camera, stats, ref }: Props) {
  const { frameRate, bitRate, dropped, waiting, isLossy } = cameraNumbers(stats);
  const words = stateWords(camera);
  return (
    <Table.Tr ref={ref} style={{ fontVariantNumeric: "tabular-nums" }}>
      <Table.Th scope="row" fw={600}>
        <Anchor component={Link} to={`/cameras/${camera.id}/pipeline`} size="sm" fw={600}>
          {camera.displayName}
        </Anchor>
      </Table.Th>
      <Table.Td miw={110}>
        <StateBadge words={words} />
      </Table.Td>
      <Table.Td ta="right">{frameRate}</Table.Td>
      <Table.Td ta="right">{bitRate}</Table.Td>
      <Table.Td ta="right" {...(isLossy && { c: "var(--tone-trouble)", fw: 600 })}>
        {dropped}
      </Table.Td>
      <Table.Td ta="right">{waiting}</Table.Td>
    </Table.Tr>
  );
}
