/** Colours, type and component defaults of the app. */
import {
  Alert,
  Badge,
  Button,
  createTheme,
  Input,
  type MantineColorsTuple,
  Menu,
  Modal,
  Notification,
  Paper,
  Tooltip,
} from "@mantine/core";

const ronin: MantineColorsTuple = [
  "#eef1ff",
  "#dce2ff",
  "#b8c3ff",
  "#91a2ff",
  "#7a8dfc",
  "#6176f2",
  "#4c5fe0",
  "#3f50c8",
  "#3543a8",
  "#2a3583",
];

/** Blue-grey night: pictures are the brightest thing on the page. */
const dark: MantineColorsTuple = [
  "#d5d9e4",
  "#b7bdcc",
  "#98a0b3",
  "#6b7388",
  "#3a4152",
  "#2a303e",
  "#1f2430",
  "#171b24",
  "#10131a",
  "#0b0d12",
];

/** A colour of the palette, seen through. */
function tint(color: string, percent: number): string {
  return `color-mix(in srgb, var(--mantine-color-${color}-6) ${percent}%, transparent)`;
}

export const theme = createTheme({
  primaryColor: "ronin",
  primaryShade: { light: 6, dark: 6 },
  colors: { ronin, dark },
  autoContrast: true,
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  fontFamily:
    'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  headings: { fontWeight: "650" },
  components: {
    Alert: Alert.extend({
      // Screen readers are interrupted by errors only, which say so themselves.
      defaultProps: { role: "note" },
      vars: (_theme, { color = "ronin" }) => ({
        root: {
          "--alert-bg": tint(color, 12),
          "--alert-bd": `1px solid ${tint(color, 38)}`,
          "--alert-color": "var(--mantine-color-text)",
        },
      }),
      styles: (_theme, { color = "ronin" }) => ({
        icon: { color: `var(--mantine-color-${color}-6)` },
      }),
    }),
    Badge: Badge.extend({ defaultProps: { radius: "sm", tt: "none", fw: 600 } }),
    Button: Button.extend({ defaultProps: { radius: "md" } }),
    // Nearly every field is required; stars on all of them say nothing.
    InputWrapper: Input.Wrapper.extend({ defaultProps: { withAsterisk: false } }),
    // The focus goes to the first item; a placeholder between the items is none of ARIA's children.
    Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false } }),
    Modal: Modal.extend({
      defaultProps: { centered: true, closeButtonProps: { "aria-label": "Close" } },
      styles: { title: { fontWeight: 650 } },
    }),
    Notification: Notification.extend({
      styles: { description: { color: "var(--text-quiet)" } },
    }),
    Paper: Paper.extend({ defaultProps: { radius: "md" } }),
    Tooltip: Tooltip.extend({
      defaultProps: { withArrow: true, events: { hover: true, focus: true, touch: true } },
    }),
  },
});
