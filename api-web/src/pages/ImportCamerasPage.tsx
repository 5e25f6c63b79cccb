/** Adds the cameras of a file: each is checked by the server first, and those that are there stay as they are. */
import { useMutation } from "@connectrpc/connect-query";
import { Button, Container, FileInput, Group, Stack, Text } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { IconFileUpload } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { Link } from "react-router";
import { useCameraPatches } from "../api/cameras";
import { describeError } from "../api/errors";
import { type ImportRow, type ImportState, ImportTable } from "../components/cameras/ImportTable";
import { PageHeader } from "../components/PageHeader";
import { Panel } from "../components/Panel";
import { type Camera, CameraService } from "../gen/ronin/v1/camera_pb";
import { LIST_MAX_BYTES, readCameraList } from "../lib/cameraList";

export function ImportCamerasPage() {
  useDocumentTitle("Import cameras · RoninNVR");
  const { rows, problem, isBusy, read, add } = useImport();
  const good = rows.filter(({ state }) => state.kind === "good").length;
  const isOver = rows.length > 0 && !isBusy && good === 0;

  return (
    <Container size="md" px={0}>
      <PageHeader
        back={{ to: "/cameras", label: "Cameras" }}
        title="Import cameras"
        description="Adds the cameras of a list that was saved on the cameras page, or written by hand."
      />
      <Panel title="File" icon={<IconFileUpload size={18} />}>
        <Stack gap="md">
          <FileInput
            label="List of cameras"
            description="JSON. Passwords are not in a list that was saved: write them in (“password”), or add them afterwards."
            placeholder="Choose a file"
            accept="application/json,.json"
            disabled={isBusy}
            error={problem}
            onChange={(file) => void read(file)}
          />
          {rows.length > 0 && <ImportTable rows={rows} />}
          {rows.length > 0 && (
            <Group justify="space-between">
              <Text size="sm" role="status">
                {summary(rows)}
              </Text>
              {isOver ? (
                <Button component={Link} to="/cameras">
                  Show cameras
                </Button>
              ) : (
                <Button onClick={() => void add()} loading={isBusy} disabled={good === 0}>
                  {good === 1 ? "Add 1 camera" : `Add ${good} cameras`}
                </Button>
              )}
            </Group>
          )}
        </Stack>
      </Panel>
    </Container>
  );
}

function useImport() {
  const patches = useCameraPatches();
  const { mutateAsync: create } = useMutation(CameraService.method.createCamera);
  const [rows, setRows] = useState<readonly ImportRow[]>([]);
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  /** What is under way for an older file is dropped. */
  const turn = useRef(0);

  const mark = (index: number, state: ImportState) =>
    setRows((old) => old.map((row, at) => (at === index ? { ...row, state } : row)));

  /** Asks the server about each camera in turn; `validateOnly`: nothing is stored. */
  const each = async (wanted: readonly ImportRow[], validateOnly: boolean) => {
    const mine = turn.current;
    setBusy(true);
    for (const [index, { camera, state }] of wanted.entries()) {
      if (!validateOnly && state.kind !== "good") {
        continue;
      }
      mark(index, { kind: validateOnly ? "checking" : "adding" });
      const result = await ask(camera, validateOnly);
      if (mine !== turn.current) {
        return;
      }
      mark(index, result);
    }
    setBusy(false);
  };
  const ask = async (camera: Camera, validateOnly: boolean): Promise<ImportState> => {
    try {
      const made = await create({
        cameraId: camera.id,
        camera: { ...camera, id: "" },
        validateOnly,
      });
      if (!validateOnly) {
        patches.changed(made.camera);
      }
      return { kind: validateOnly ? "good" : "added" };
    } catch (error) {
      const words = describeError(error);
      const isKnown = words.reason === "CAMERA_ALREADY_EXISTS";
      return isKnown ? { kind: "known" } : { kind: "refused", words };
    }
  };

  return {
    rows,
    problem,
    isBusy,
    read: async (file: File | null) => {
      turn.current += 1;
      setRows([]);
      setProblem(undefined);
      if (file === null) {
        return;
      }
      if (file.size > LIST_MAX_BYTES) {
        setProblem("It is larger than any list of cameras.");
        return;
      }
      const mine = turn.current;
      const list = readCameraList(await file.text());
      if (mine !== turn.current) {
        return;
      }
      if (list.kind === "unreadable") {
        setProblem(list.problem);
        return;
      }
      const found: ImportRow[] = list.cameras.map((camera) => ({
        camera,
        state: { kind: "checking" },
      }));
      setRows(found);
      await each(found, true);
    },
    add: () => each(rows, false),
  };
}

function summary(rows: readonly ImportRow[]): string {
  const count = (kind: ImportState["kind"]) =>
    rows.filter(({ state }) => state.kind === kind).length;
  const parts: [number, string][] = [
    [count("added"), "added"],
    [count("good"), "can be added"],
    [count("known"), "there already"],
    [count("refused"), "refused"],
  ];
  const told = parts.filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}`);
  return [`${rows.length} in the file`, ...told].join(" · ");
}
