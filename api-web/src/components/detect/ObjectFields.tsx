/** Whether objects are looked for, of which classes, how sure and how large they have to be, and where. */
import {
  ActionIcon,
  Autocomplete,
  Button,
  Group,
  NumberInput,
  Paper,
  Stack,
  Switch,
  Text,
  Tooltip,
} from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import type { FieldErrors } from "../../lib/cameraErrors";
import { type DetectValues, newRule, type RuleValues } from "../../lib/detectForm";
import { SizeExample } from "./SizeExample";
import { typedNumber } from "./typedNumber";

interface Props {
  values: DetectValues;
  onChange: (change: Partial<DetectValues>) => void;
  errors: FieldErrors;
  /** Classes that the model knows; empty where that is not known. */
  labels: readonly string[];
  picture: string | undefined;
}

export function ObjectFields({ values, onChange, errors, labels, picture }: Props) {
  const { objects, motion, rules, onlyInZones } = values;
  const isOn = objects && motion;
  return (
    <Stack gap="sm">
      <Switch
        label="Look for objects"
        description={
          motion
            ? "Where the server has a model. What comes, stays and goes becomes an event."
            : "Only while motion is looked for too: where nothing moves, nothing is looked at."
        }
        checked={objects}
        disabled={!motion}
        data-field="objects"
        onChange={(event) => onChange({ objects: event.currentTarget.checked })}
      />
      <Switch
        label="Only in zones"
        description="What stands in no zone makes no event."
        checked={onlyInZones}
        disabled={!isOn}
        error={errors.only_in_zones}
        data-field="only_in_zones"
        onChange={(event) => onChange({ onlyInZones: event.currentTarget.checked })}
      />
      {rules.length === 0 ? (
        <Text size="sm">
          People, vehicles and animals make events when the model is half sure of them. A rule of
          your own replaces that: then only classes with a rule do.
        </Text>
      ) : (
        <Text size="sm">
          Only these classes make events. How sure the model has to be is the mean over the pictures
          in which the object is seen.
        </Text>
      )}
      {rules.map((rule, index) => (
        <Rule
          key={rule.key}
          rule={rule}
          number={index + 1}
          field={`rules[${index}]`}
          errors={errors}
          labels={labels}
          picture={picture}
          onChange={(change) =>
            onChange({
              rules: rules.map((other) => (other === rule ? { ...other, ...change } : other)),
            })
          }
          onDelete={() => onChange({ rules: rules.filter((other) => other !== rule) })}
        />
      ))}
      {errors.rules !== undefined && (
        <Text size="sm" c="var(--tone-trouble)" role="alert">
          {errors.rules}
        </Text>
      )}
      <Group>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={15} aria-hidden />}
          disabled={!isOn}
          onClick={() =>
            onChange({ rules: [...rules, newRule(rules.length === 0 ? "person" : "")] })
          }
        >
          Add a rule
        </Button>
      </Group>
    </Stack>
  );
}

interface RuleProps extends Pick<Props, "errors" | "labels" | "picture"> {
  rule: RuleValues;
  number: number;
  /** Its place among the fields, as "rules[0]". */
  field: string;
  onChange: (change: Partial<RuleValues>) => void;
  onDelete: () => void;
}

const PERCENT = {
  size: "sm",
  miw: 110,
  min: 0,
  max: 100,
  clampBehavior: "none",
  allowNegative: false,
  decimalScale: 2,
  suffix: " %",
} as const;

function Rule(props: RuleProps) {
  const { rule, number, field, errors, labels, picture, onChange, onDelete } = props;
  const name = rule.label.trim() || `rule ${number}`;
  const percentField = (key: "minScore" | "minArea" | "maxArea", path: string) => ({
    ...PERCENT,
    value: rule[key],
    error: errors[`${field}.${path}`],
    "data-field": `${field}.${path}`,
    onChange: (value: string | number) => onChange({ [key]: typedNumber(value) }),
  });
  return (
    <Paper withBorder p="xs" role="group" aria-label={`Rule for ${name}`}>
      <Stack gap="xs">
        <Group gap="sm" align="flex-start" wrap="nowrap">
          <Autocomplete
            label="Class"
            size="sm"
            flex={1}
            data={[...new Set(labels)]}
            value={rule.label}
            placeholder="person"
            error={errors[`${field}.label`]}
            data-field={`${field}.label`}
            onChange={(label) => onChange({ label })}
          />
          <NumberInput label="At least sure" {...percentField("minScore", "min_score")} w={120} />
          <Tooltip label="Delete">
            <ActionIcon
              variant="subtle"
              color="gray"
              mt={28}
              aria-label={`Delete the rule for ${name}`}
              onClick={onDelete}
            >
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </Group>
        <Group gap="sm" align="flex-start">
          <NumberInput
            label="Smallest"
            description="Of the picture"
            inputWrapperOrder={["label", "input", "description", "error"]}
            {...percentField("minArea", "min_area")}
            w={120}
          />
          <NumberInput
            label="Largest"
            description="Of the picture"
            inputWrapperOrder={["label", "input", "description", "error"]}
            {...percentField("maxArea", "max_area")}
            w={120}
          />
          <SizeExample
            picture={picture}
            smallest={Number(rule.minArea) / 100}
            largest={Number(rule.maxArea) / 100}
          />
        </Group>
      </Stack>
    </Paper>
  );
}
