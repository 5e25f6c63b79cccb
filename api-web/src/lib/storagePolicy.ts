/**
 * What is kept, as a form holds it: from the policy, to a change, and where a refused field is shown.
 *
 * Not here: the form (`components/storage/PolicyEditor`) and the call (`api/storage`).
 */
import type { FieldViolation } from "../api/errors";
import type { StoragePolicy } from "../gen/ronin/v1/storage_pb";

/** As disks are sold: 1000 MB. */
export const GB = 1_000_000_000;

/** Numbers as typed; empty: no limit. */
export interface PolicyValues {
  retentionDays: number | "";
  retentionGb: number | "";
  reserveGb: number | "";
}

export interface PolicyChange {
  values: { retentionDays: number; retentionMaxBytes: bigint; reserveBytes: bigint };
  /** The fields that differ, as the update names them. */
  paths: string[];
}

export function policyValues(policy: StoragePolicy): PolicyValues {
  return {
    retentionDays: policy.retentionDays || "",
    retentionGb: gbOf(policy.retentionMaxBytes),
    reserveGb: gbOf(policy.reserveBytes),
  };
}

/** Bytes as a number of GB; empty for 0. */
export function gbOf(bytes: bigint | undefined): number | "" {
  return bytes === undefined || bytes === 0n ? "" : Number(bytes) / GB;
}

/** A typed number of GB as bytes; nothing typed is 0. */
export function bytesOf(gb: number | ""): bigint {
  return BigInt(Math.round(Number(gb || 0) * GB));
}

/** What a form changes of the policy. */
export function policyChange(before: StoragePolicy, after: PolicyValues): PolicyChange {
  const values = {
    retentionDays: Number(after.retentionDays || 0),
    retentionMaxBytes: bytesOf(after.retentionGb),
    reserveBytes: bytesOf(after.reserveGb),
  };
  const paths: string[] = [];
  if (values.retentionDays !== (before.retentionDays ?? 0)) {
    paths.push("retention_days");
  }
  if (values.retentionMaxBytes !== (before.retentionMaxBytes ?? 0n)) {
    paths.push("retention_max_bytes");
  }
  if (values.reserveBytes !== (before.reserveBytes ?? 0n)) {
    paths.push("reserve_bytes");
  }
  return { values, paths };
}

const FIELDS: Readonly<Record<string, keyof PolicyValues>> = {
  retention_days: "retentionDays",
  retention_max_bytes: "retentionGb",
  reserve_bytes: "reserveGb",
};

/** The refused fields by form field, and those that the form does not show. */
export function placePolicyErrors(violations: readonly FieldViolation[]): {
  fields: Partial<Record<keyof PolicyValues, string>>;
  others: FieldViolation[];
} {
  const fields: Partial<Record<keyof PolicyValues, string>> = {};
  const others: FieldViolation[] = [];
  for (const violation of violations) {
    const field = FIELDS[violation.field.replace(/^policy\./, "")];
    if (field === undefined) {
      others.push(violation);
    } else {
      fields[field] ??= violation.description;
    }
  }
  return { fields, others };
}
