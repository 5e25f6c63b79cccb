/** The frame of every page: navigation, account menu, theme, and word of a lost server. */
import {
  AppShell,
  Avatar,
  Box,
  Burger,
  Group,
  Menu,
  NavLink,
  Text,
  UnstyledButton,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";
import {
  IconBell,
  IconCalendarStats,
  IconDatabase,
  IconDeviceCctv,
  IconDeviceDesktopAnalytics,
  IconEye,
  IconFileExport,
  IconLayoutGrid,
  IconListCheck,
  IconLogout,
  IconMoon,
  IconSun,
  IconTimeline,
  IconUser,
} from "@tabler/icons-react";
import { type ReactNode, useEffect } from "react";
import { Link, ScrollRestoration, useLocation } from "react-router";
import { useSignOut } from "../api/useSignOut";
import { Logo } from "../components/Logo";
import { Role, type User } from "../gen/ronin/v1/auth_pb";
import { NoticeBell } from "./NoticeBell";
import classes from "./Shell.module.css";
import { WatchBanner } from "./WatchBanner";

const PAGES = [
  { to: "/live", label: "Live", icon: IconLayoutGrid },
  { to: "/footage", label: "Footage", icon: IconTimeline },
  { to: "/exports", label: "Exports", icon: IconFileExport },
  { to: "/jobs", label: "Jobs", icon: IconListCheck },
  { to: "/events", label: "Events", icon: IconEye },
  { to: "/cameras", label: "Cameras", icon: IconDeviceCctv },
  { to: "/coverage", label: "Coverage", icon: IconCalendarStats },
  { to: "/storage", label: "Storage", icon: IconDatabase },
  { to: "/notices", label: "Notices", icon: IconBell },
  { to: "/system", label: "System", icon: IconDeviceDesktopAnalytics },
] as const;

/** Below Mantine's breakpoint "sm" the navigation is a menu. */
const NARROW = "(max-width: 47.99em)";

const ROLE_NAMES: Readonly<Record<Role, string>> = {
  [Role.UNSPECIFIED]: "",
  [Role.ADMIN]: "Administrator",
  [Role.OPERATOR]: "Operator",
  [Role.VIEWER]: "Viewer",
};

interface Props {
  user: User | undefined;
  children: ReactNode;
}

export function Shell({ user, children }: Props) {
  const { pathname } = useLocation();
  const [isOpen, { toggle, close }] = useDisclosure();
  // One bell: two would be two for screen readers.
  const isNarrow = useMediaQuery(NARROW, undefined, { getInitialValueInEffect: false }) ?? false;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page closes the menu.
  useEffect(close, [pathname]);

  return (
    <AppShell
      header={{ height: { base: 52, sm: 0 } }}
      navbar={{ width: 208, breakpoint: "sm", collapsed: { mobile: !isOpen } }}
      padding="md"
      classNames={{ navbar: classes.navbar ?? "", header: classes.navbar ?? "" }}
    >
      <a href="#content" className="skip-link">
        Skip to content
      </a>
      <AppShell.Header hiddenFrom="sm">
        <Group h="100%" px="md" justify="space-between">
          <Brand />
          <Group gap="sm">
            {isNarrow && <NoticeBell />}
            <Burger
              opened={isOpen}
              onClick={toggle}
              size="sm"
              aria-label={isOpen ? "Close the menu" : "Open the menu"}
              aria-expanded={isOpen}
            />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" aria-label="Main">
        <Group visibleFrom="sm" pl={6} pt={4} pb="lg" gap={0} justify="space-between" wrap="nowrap">
          <Brand />
          {!isNarrow && <NoticeBell />}
        </Group>
        <Box style={{ flex: 1 }}>
          {PAGES.map(({ to, label, icon: Icon }) => (
            <NavLink
              key={to}
              component={Link}
              to={to}
              label={label}
              leftSection={<Icon size={20} stroke={1.6} aria-hidden />}
              active={isCurrent(to, pathname)}
              aria-current={isCurrent(to, pathname) ? "page" : undefined}
              className={classes.link ?? ""}
            />
          ))}
        </Box>
        <ThemeToggle />
        <AccountMenu user={user} />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} className={classes.main ?? ""}>
        <ScrollRestoration />
        <WatchBanner />
        {children}
      </AppShell.Main>
    </AppShell>
  );
}

function isCurrent(to: string, pathname: string): boolean {
  return pathname.startsWith(to) || (to === "/cameras" && pathname === "/add-camera");
}

function Brand() {
  return (
    <Group gap={8} wrap="nowrap">
      <Logo size={28} />
      <Text fw={700} fz={18} lts={-0.4}>
        RoninNVR
      </Text>
    </Group>
  );
}

function ThemeToggle() {
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme("dark", { getInitialValueInEffect: false }) === "dark";
  return (
    <NavLink
      component="button"
      type="button"
      label={isDark ? "Light theme" : "Dark theme"}
      leftSection={
        isDark ? (
          <IconSun size={20} stroke={1.6} aria-hidden />
        ) : (
          <IconMoon size={20} stroke={1.6} aria-hidden />
        )
      }
      onClick={() => setColorScheme(isDark ? "light" : "dark")}
      className={classes.link ?? ""}
    />
  );
}

function AccountMenu({ user }: { user: User | undefined }) {
  const signOut = useSignOut();
  return (
    <Menu position="top-start" width={190}>
      <Menu.Target>
        <UnstyledButton className={classes.account ?? ""} aria-label="Account menu">
          <Group gap="sm" wrap="nowrap">
            <Avatar size={32} radius="xl" color="ronin" variant="filled" aria-hidden>
              {user?.username.slice(0, 1).toUpperCase() ?? <IconUser size={18} />}
            </Avatar>
            <Box miw={0}>
              <Text size="sm" fw={600} truncate>
                {user?.username ?? "Account"}
              </Text>
              <Text size="xs" c="dimmed">
                {user ? ROLE_NAMES[user.role] : ""}
              </Text>
            </Box>
          </Group>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} to="/account" leftSection={<IconUser size={16} />}>
          Password and tokens
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
