/** The disk: what is on it, what a camera takes each day, and what is kept. */

import { create } from "@bufbuild/protobuf";
import {
  createConnectQueryKey,
  useMutation,
  useQuery,
  useTransport,
} from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { StoragePolicySchema, StorageService } from "../gen/ronin/v1/storage_pb";
import type { PolicyChange } from "../lib/storagePolicy";
import { viewerZone } from "../lib/time";

/** Footage is written all the time: ask again this often. */
const REFRESH_MS = 15_000;

/** The disk, what each camera takes, and the forecast. */
export function useStorage({ enabled = true } = {}) {
  return useQuery(StorageService.method.getStorage, {}, { enabled, refetchInterval: REFRESH_MS });
}

/** What `camera` ("cameras/{id}") takes on each day; undefined: nothing is asked. */
export function useStorageDays(camera: string | undefined, startDay: string, endDay: string) {
  return useQuery(
    StorageService.method.listStorageDays,
    { camera: camera ?? "", startDay, endDay, timeZone: viewerZone() },
    { enabled: camera !== undefined },
  );
}

/** Asks what a change of the policy would delete, or makes it. */
export function useStoragePolicy() {
  const transport = useTransport();
  const client = useQueryClient();
  const { mutateAsync } = useMutation(StorageService.method.updateStoragePolicy);
  const request = ({ values, paths }: PolicyChange, validateOnly: boolean) => ({
    policy: create(StoragePolicySchema, values),
    updateMask: { paths },
    validateOnly,
  });
  return {
    check: (change: PolicyChange) => mutateAsync(request(change, true)),
    save: async (change: PolicyChange) => {
      const answer = await mutateAsync(request(change, false));
      await client.invalidateQueries({
        queryKey: createConnectQueryKey({
          schema: StorageService.method.getStorage,
          transport,
          cardinality: "finite",
        }),
      });
      return answer;
    },
  };
}
