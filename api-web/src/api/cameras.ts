/**
 * The cache entry that holds every camera, and the queries and patches that go with it.
 *
 * Not here: the stream that feeds it (`cameraWatch`).
 */
import { create } from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";
import { createConnectQueryKey, useQuery, useTransport } from "@connectrpc/connect-query";
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import {
  type Camera,
  CameraService,
  type ListCamerasResponse,
  ListCamerasResponseSchema,
} from "../gen/ronin/v1/camera_pb";

/** The most the server gives in one page; the watch brings all of them. */
const LIST_INPUT = { pageSize: 1000 } as const;

/** The cache key of the list of all cameras. */
export function cameraListKey(transport: Transport) {
  return createConnectQueryKey({
    schema: CameraService.method.listCameras,
    input: LIST_INPUT,
    transport,
    cardinality: "finite",
  });
}

/** Every camera, by id: asked for once, then kept fresh by the watch. */
export function useCameras() {
  const query = useQuery(CameraService.method.listCameras, LIST_INPUT, {
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  });
  return { ...query, cameras: query.data?.cameras };
}

/** One camera of the list; undefined while loading or where there is none. */
export function useCamera(id: string) {
  const query = useCameras();
  return { ...query, camera: query.cameras?.find((camera) => camera.id === id) };
}

/** What people call each camera, by "cameras/{id}". */
export function useCameraNames(): ReadonlyMap<string, string> {
  const { cameras } = useCameras();
  return useMemo(
    () => new Map(cameras?.map(({ name, displayName }) => [name, displayName])),
    [cameras],
  );
}

/** Puts what a mutation answered into the list at once, without waiting for the watch. */
export function useCameraPatches() {
  const transport = useTransport();
  const client = useQueryClient();
  return useMemo(
    () => ({
      changed: (camera: Camera | undefined) => {
        if (camera !== undefined) {
          patchCameras(client, transport, (cameras) => withCamera(cameras, camera));
        }
      },
      removed: (name: string) => {
        patchCameras(client, transport, (cameras) => withoutCamera(cameras, name));
      },
    }),
    [client, transport],
  );
}

/** Replaces the list by what `change` makes of it. Nothing happens before the list is known. */
export function patchCameras(
  client: QueryClient,
  transport: Transport,
  change: (cameras: Camera[]) => Camera[],
): void {
  client.setQueryData(cameraListKey(transport), (old: ListCamerasResponse | undefined) =>
    old === undefined ? undefined : listOf(change(old.cameras)),
  );
}

/** Replaces the list as a whole, known before or not. */
export function replaceCameras(client: QueryClient, transport: Transport, cameras: Camera[]): void {
  client.setQueryData(cameraListKey(transport), listOf(cameras));
}

/** The list with `camera` added or in the place of its older self, by id. */
export function withCamera(cameras: readonly Camera[], camera: Camera): Camera[] {
  const others = cameras.filter((other) => other.name !== camera.name);
  return [...others, camera].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/** The list without the camera of that name. */
export function withoutCamera(cameras: readonly Camera[], name: string): Camera[] {
  return cameras.filter((camera) => camera.name !== name);
}

function listOf(cameras: Camera[]): ListCamerasResponse {
  return create(ListCamerasResponseSchema, { cameras });
}
