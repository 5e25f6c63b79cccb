/** The models in the model folder, how each is doing, and how to get one where there is none. */
import { Alert, Badge, Code, List, Stack, Table, Text } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { asSentence } from "../../api/errors";
import { type ListModelsResponse, type Model, ModelState } from "../../gen/ronin/v1/detection_pb";
import {
  EXPORT_COMMAND,
  inputWords,
  modelDeviceWords,
  modelFile,
  modelStateWords,
  pictureMsWords,
  picturesWords,
  runningModel,
} from "../../lib/modelWords";
import { bytes, count } from "../../lib/units";

export function ModelTable({ models, folder, message }: ListModelsResponse) {
  const isUsed = runningModel(models) !== undefined;
  return (
    <Stack gap="sm">
      {message !== "" && (
        <Alert
          color={isUsed ? "yellow" : "ronin"}
          variant="light"
          title={isUsed ? "Less is looked for than could be" : "No objects are looked for"}
          icon={<IconInfoCircle size={18} aria-hidden />}
        >
          <Text size="sm">{asSentence(message)}</Text>
        </Alert>
      )}
      {models.length > 0 && <Models models={models} />}
      {!isUsed && <HowToGetOne folder={folder} hasFile={models.length > 0} />}
    </Stack>
  );
}

function Models({ models }: { models: readonly Model[] }) {
  return (
    <Table.ScrollContainer
      minWidth={760}
      type="native"
      role="region"
      aria-label="Table of models"
      tabIndex={0}
    >
      <Table aria-label="Models" verticalSpacing={6} horizontalSpacing={6} fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>File</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th ta="right">Classes</Table.Th>
            <Table.Th ta="right">Input</Table.Th>
            <Table.Th>Runs on</Table.Th>
            <Table.Th ta="right">A picture takes</Table.Th>
            <Table.Th ta="right">Pictures</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {models.map((model) => (
            <Table.Tr key={model.name} style={{ fontVariantNumeric: "tabular-nums" }}>
              <Table.Th scope="row" fw={400}>
                <Text size="sm" ff="monospace" style={{ overflowWrap: "anywhere" }}>
                  {modelFile(model.name)}
                </Text>
                <Text size="xs" c="dimmed">
                  {bytes(model.sizeBytes)}
                </Text>
                {model.sha256 !== "" && (
                  <Text size="xs" c="dimmed" ff="monospace" maw={220} truncate title={model.sha256}>
                    SHA-256 {model.sha256}
                  </Text>
                )}
              </Table.Th>
              <Table.Td>
                <State model={model} />
              </Table.Td>
              <Table.Td ta="right">
                <span title={model.labels.join(", ")}>
                  {model.labels.length > 0 ? count(model.labels.length) : "–"}
                </span>
              </Table.Td>
              <Table.Td ta="right">{inputWords(model) ?? "–"}</Table.Td>
              <Table.Td>{modelDeviceWords(model) ?? "–"}</Table.Td>
              <Table.Td ta="right">{pictureMsWords(model.pictureMs) ?? "–"}</Table.Td>
              <Table.Td ta="right">{picturesWords(model) ?? "–"}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

const TONES: Readonly<Partial<Record<ModelState, string>>> = {
  [ModelState.RUNNING]: "var(--tone-good)",
  [ModelState.FAILED]: "var(--tone-trouble)",
};

function State({ model }: { model: Model }) {
  const tone = TONES[model.state];
  return (
    <>
      <Badge variant="default" bg="transparent" {...(tone !== undefined && { c: tone })}>
        {modelStateWords(model)}
      </Badge>
      {model.message !== "" && (
        <Text size="xs" mt={4}>
          {asSentence(model.message)}
        </Text>
      )}
    </>
  );
}

function HowToGetOne({ folder, hasFile }: { folder: string; hasFile: boolean }) {
  return (
    <List type="ordered" size="sm" spacing={4} aria-label="How to get a model">
      {!hasFile && (
        <>
          <List.Item>
            On any computer with Python: <Code>pip install ultralytics</Code>, then{" "}
            <Code>{EXPORT_COMMAND}</Code>. The letter behind the number is the size: n is the
            smallest and fastest.
          </List.Item>
          <List.Item>
            Put the file <Code>yolo11n.torchscript</Code> into the folder{" "}
            <Code>{folder === "" ? "of models" : folder}</Code> on the server.
          </List.Item>
        </>
      )}
      <List.Item>
        Name the file in <Code>RONIN_DETECT_MODEL</Code> and restart the server. Cameras that look
        for motion look for objects from then on.
      </List.Item>
    </List>
  );
}
