/** For how long the footage of one camera is kept, where that differs from all cameras. */
import { NumberInput, SimpleGrid, Stack, Text } from "@mantine/core";
import { bytesOf } from "../../lib/storagePolicy";
import { limitWords } from "../../lib/volumes";
import type { CameraFormHandle } from "./useCameraForm";

export function RetentionFields({ form }: { form: CameraFormHandle }) {
  const { retentionDays, retentionGb } = form.values;
  return (
    <Stack gap={6} role="group" aria-label="How long footage of this camera is kept">
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" style={{ alignItems: "end" }}>
        <NumberInput
          label="Keep for"
          description="Older footage of this camera is deleted."
          placeholder="as all cameras"
          min={0}
          decimalScale={2}
          allowNegative={false}
          suffix=" days"
          {...form.getInputProps("retentionDays")}
        />
        <NumberInput
          label="Keep at most"
          description="Its oldest footage is deleted beyond this. 1 GB is 1000 MB."
          placeholder="no limit of its own"
          min={0}
          decimalScale={3}
          allowNegative={false}
          thousandSeparator=" "
          suffix=" GB"
          {...form.getInputProps("retentionGb")}
        />
      </SimpleGrid>
      <Text size="xs" c="dimmed" aria-live="polite">
        {words(retentionDays, retentionGb)}
      </Text>
    </Stack>
  );
}

function words(days: number | "", gb: number | ""): string {
  const limits = limitWords(Number(days || 0), bytesOf(gb));
  if (limits === undefined) {
    return "Kept as the footage of all cameras is; see Storage.";
  }
  const rest =
    days === ""
      ? " By age it is kept as all cameras are."
      : gb === ""
        ? " The size limit of all cameras holds for it too."
        : "";
  return `Kept: ${limits}.${rest} What is beyond that is deleted within seconds of saving, except what is protected.`;
}
