/** The values of a camera's form with the errors at its fields, and saving them. */
import { type UseFormReturnType, useForm } from "@mantine/form";
import { useState } from "react";
import { describeError, type ErrorWords } from "../../api/errors";
import { type FieldErrors, placeErrors, validateConnection } from "../../lib/cameraErrors";
import { type CameraValues, hasSub, type SourceKey, withAddress } from "../../lib/cameraForm";

/** The form that the fields are part of. */
export type CameraFormHandle = UseFormReturnType<CameraValues>;

export function useCameraForm(initialValues: CameraValues): CameraFormHandle {
  return useForm<CameraValues>({ initialValues, validateInputOnBlur: false });
}

/** Puts the focus on the field, where it is shown. */
export function focusField(form: CameraFormHandle, field: string | undefined): void {
  if (field !== undefined) {
    const node = form.getInputNode(field) ?? document.querySelector(`[data-field="${field}"]`);
    if (node instanceof HTMLElement) {
      node.focus();
    }
  }
}

/** The values with whole addresses taken apart that still stand in a field; or what is wrong there. */
function settled(form: CameraFormHandle): { values: CameraValues; errors: FieldErrors } {
  const errors: FieldErrors = {};
  let values = form.getValues();
  const keys: SourceKey[] = hasSub(values) && values.subIsElsewhere ? ["main", "sub"] : ["main"];
  for (const key of keys) {
    const addressed = withAddress(values, key, values[key].host);
    if (addressed.kind === "unreadable") {
      errors[`${key}.host`] = addressed.problem;
    } else if (addressed.kind === "parts") {
      values = addressed.values;
      form.setValues(values);
    }
  }
  return { values, errors: { ...validateConnection(values), ...errors } };
}

/**
 * The values with a connection that can be tried; undefined where there is something wrong with it,
 * which the fields say then. `onWrong` is told the first of them.
 */
export function connected(
  form: CameraFormHandle,
  onWrong: (field: string) => void,
): CameraValues | undefined {
  const { values, errors } = settled(form);
  form.setErrors(errors);
  const wrong = Object.keys(errors)[0];
  if (wrong !== undefined) {
    onWrong(wrong);
    return undefined;
  }
  return values;
}

export interface SaveFailure {
  words: ErrorWords;
  /** Refused fields that the form does not show. */
  others: ErrorWords["fields"];
}

/**
 * Saves by `onSave`, which fails with an error of the API. Refused fields get their errors and are
 * handed to `onRefused`; what is about no field is returned as `failure`.
 */
export function useSave(
  form: CameraFormHandle,
  onSave: (values: CameraValues) => Promise<void>,
  onRefused: (fields: string[]) => void,
) {
  const [failure, setFailure] = useState<SaveFailure>();
  const [isSaving, setSaving] = useState(false);

  const save = async (values: CameraValues) => {
    setFailure(undefined);
    setSaving(true);
    try {
      await onSave(values);
    } catch (error) {
      const words = describeError(error);
      const placed = placeErrors(words.fields, values);
      form.setErrors(placed.fields);
      const isAllAtFields = words.fields.length > 0 && placed.others.length === 0;
      setFailure(isAllAtFields ? undefined : { words, others: placed.others });
      onRefused(Object.keys(placed.fields));
    } finally {
      setSaving(false);
    }
  };

  return { save, failure, isSaving };
}
