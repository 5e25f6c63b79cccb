/** The detection settings of a camera while they are edited: changed, checked, saved. */
import { create } from "@bufbuild/protobuf";
import { useMutation } from "@connectrpc/connect-query";
import { useEffect, useRef, useState } from "react";
import { useCameraPatches } from "../api/cameras";
import { describeError, type ErrorWords, isEditConflict } from "../api/errors";
import { type Camera, CameraSchema, CameraService } from "../gen/ronin/v1/camera_pb";
import type { FieldErrors } from "../lib/cameraErrors";
import {
  type DetectValues,
  detectOf,
  detectPaths,
  detectProblems,
  detectValues,
  placeDetectErrors,
} from "../lib/detectForm";
import { notifyDone } from "../lib/notify";

export function useDetectForm(latest: Camera) {
  const patches = useCameraPatches();
  const update = useMutation(CameraService.method.updateCamera);
  const ref = useRef<HTMLFormElement>(null);
  // What is edited keeps what it began with: changes from elsewhere must not overwrite it.
  const [base, setBase] = useState(latest);
  const [values, setValues] = useState(() => detectValues(latest));
  const [errors, setErrors] = useState<FieldErrors>({});
  const [failure, setFailure] = useState<ErrorWords>();
  const [conflict, setConflict] = useState<ErrorWords>();
  const paths = detectPaths(detectValues(base), values);
  const isDirty = paths.length > 0;

  const begin = (camera: Camera) => {
    setBase(camera);
    setValues(detectValues(camera));
    setErrors({});
    setFailure(undefined);
    setConflict(undefined);
  };
  useEffect(() => {
    // Where nothing was changed here, the newest settings are shown.
    if (!isDirty && latest.etag !== base.etag) {
      setBase(latest);
      setValues(detectValues(latest));
    }
  }, [isDirty, latest, base]);

  /** Shows what is wrong, and puts the focus on the first of it. */
  const show = (wrong: FieldErrors) => {
    setErrors(wrong);
    const fields = Object.keys(wrong);
    for (const field of fields) {
      const node = ref.current?.querySelector<HTMLElement>(`[data-field="${field}"]`);
      if (node) {
        node.focus();
        return;
      }
    }
  };
  const refuse = (fields: ErrorWords["fields"]) => {
    const placed = placeDetectErrors(fields);
    if (Object.keys(placed.fields).length > 0) {
      show(placed.fields);
    }
    return placed.others;
  };
  /** Whether nothing can be seen to be wrong. */
  const check = (): boolean => {
    const problems = detectProblems(values);
    show(problems);
    return Object.keys(problems).length === 0;
  };

  const save = async () => {
    setFailure(undefined);
    setConflict(undefined);
    if (!isDirty || !check()) {
      return;
    }
    const camera = create(CameraSchema, {
      name: base.name,
      etag: base.etag,
      detect: detectOf(values),
    });
    try {
      const response = await update.mutateAsync({ camera, updateMask: { paths } });
      patches.changed(response.camera);
      begin(response.camera ?? latest);
      notifyDone(`Detection of ${base.displayName} is saved.`);
    } catch (error) {
      const words = describeError(error);
      if (isEditConflict(error)) {
        setConflict(words);
        return;
      }
      const others = refuse(words.fields);
      if (words.fields.length === 0 || others.length > 0) {
        setFailure({ ...words, fields: others });
      }
    }
  };

  return {
    ref,
    values,
    errors,
    /** What differs from what is saved, as an update names it. */
    paths,
    isSaving: update.isPending,
    failure,
    conflict,
    change: (change: Partial<DetectValues>) => {
      setErrors({});
      setValues((old) => ({ ...old, ...change }));
    },
    save,
    discard: () => begin(latest),
    loadNewest: () => begin(latest),
    /** As they are now; undefined where something is wrong, which the fields say then. */
    settings: () => (check() ? detectOf(values) : undefined),
    refuse,
  };
}
