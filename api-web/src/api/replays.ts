/** Recorded footage that goes through the detector once more: started, followed, stopped. */
import { create } from "@bufbuild/protobuf";
import {
  createConnectQueryKey,
  useMutation,
  useQuery,
  useTransport,
} from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import type { DetectSettings } from "../gen/ronin/v1/camera_pb";
import { DetectionService, type Replay } from "../gen/ronin/v1/detection_pb";
import { EventService } from "../gen/ronin/v1/event_pb";
import { isRunning } from "../lib/replays";
import { SECOND_MS, timestampFromMs } from "../lib/time";
import type { Span } from "../lib/timelineSpans";

const { createReplay, getReplay, listReplays, cancelReplay } = DetectionService.method;

export interface ReplayOrder {
  /** "cameras/{id}" */
  camera: string;
  span: Span;
  /** "models/{file name}"; empty: the one in use. */
  model: string;
  settings: DetectSettings;
}

/** Starts replays, and stops them. */
export function useReplayCalls() {
  const transport = useTransport();
  const client = useQueryClient();
  const start = useMutation(createReplay);
  const stop = useMutation(cancelReplay);

  const listAgain = () =>
    client.invalidateQueries({
      queryKey: createConnectQueryKey({ schema: listReplays, transport, cardinality: "finite" }),
    });
  const put = (replay: Replay | undefined) => {
    if (replay !== undefined) {
      const input = { name: replay.name };
      client.setQueryData(
        createConnectQueryKey({ schema: getReplay, input, transport, cardinality: "finite" }),
        create(getReplay.output, { replay }),
      );
    }
    void listAgain();
    return replay;
  };

  return {
    isStarting: start.isPending,
    isStopping: stop.isPending,
    /** Fails with an error of the API. */
    start: async ({ camera, span, model, settings }: ReplayOrder) => {
      const answer = await start.mutateAsync({
        camera,
        startTime: timestampFromMs(span.startMs),
        endTime: timestampFromMs(span.endMs),
        model,
        settings,
      });
      return put(answer.replay);
    },
    stop: async (name: string) => put((await stop.mutateAsync({ name })).replay),
    listAgain,
  };
}

/** One replay with its events, asked for each second until it is over. */
export function useReplay(name: string | undefined) {
  return useQuery(
    getReplay,
    { name: name ?? "" },
    {
      enabled: name !== undefined,
      staleTime: 0,
      refetchInterval: ({ state }) => {
        const replay = state.data?.replay;
        return replay === undefined || isRunning(replay) ? SECOND_MS : false;
      },
    },
  );
}

/** Those of a camera since the server started, newest first, without their events. */
export function useReplays(camera: string) {
  const query = useQuery(listReplays, {}, { staleTime: 0 });
  return { ...query, replays: query.data?.replays.filter((replay) => replay.camera === camera) };
}

/** An event that was recorded, by its name; undefined while it is not known, or gone. */
export function useRecordedEvent(name: string) {
  return useQuery(EventService.method.getEvent, { name }, { retry: false }).data?.event;
}
